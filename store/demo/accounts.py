"""The three people who sign in to the demo store."""

import argon2
import psycopg
from argon2.exceptions import VerificationError

from common.ids import public_id

SHOPPER_EMAIL = "shopper@demo.shop"
STAFF = (("marketer@demo.shop", "marketer"), ("agent@demo.shop", "agent"))


def write_accounts(connection: psycopg.Connection, shopper_id: int, password: str) -> None:
    """Make the accounts, all with this password; an address that is taken raises psycopg's UniqueViolation."""
    hasher = argon2.PasswordHasher()
    rows = [(SHOPPER_EMAIL, "shopper", shopper_id), *((email, role, None) for email, role in STAFF)]
    for email, role, customer_id in rows:
        connection.execute(
            "INSERT INTO accounts (public_id, customer_id, email, password_hash, role) VALUES (%s, %s, %s, %s, %s)",
            (public_id("a"), customer_id, email, hasher.hash(password), role),
        )


def renew_passwords(connection: psycopg.Connection, password: str) -> None:
    """Give the accounts that are there this password, unless they have it already."""
    hasher = argon2.PasswordHasher()
    emails = [SHOPPER_EMAIL, *(email for email, _ in STAFF)]
    found = connection.execute("SELECT id, password_hash FROM accounts WHERE email = ANY(%s)", (emails,)).fetchall()
    for account, known in found:
        if not _fits(hasher, known, password):
            connection.execute("UPDATE accounts SET password_hash = %s WHERE id = %s", (hasher.hash(password), account))


def _fits(hasher: argon2.PasswordHasher, known: str, password: str) -> bool:
    try:
        return hasher.verify(known, password)
    except VerificationError:
        return False
