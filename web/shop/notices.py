"""The short messages that a page shows after something was done; an address names one, it never carries words."""

NOTICES = {
    "added": "Added to your cart.",
    "updated": "Your cart is up to date.",
    "removed": "Taken out of your cart.",
    "cancelled": "Your order is cancelled. Nothing will be sent.",
    "return": "Your return is noted. We will write to you how to send the items back.",
    "welcome": "Welcome! You are signed in.",
    "signed-out": "You are signed out.",
    "password": "Your new password is set. Please sign in with it.",
    "closed": "The ticket is closed.",
    "tag-accepted": "Accepted, thank you.",
    "tag-rejected": "Not taken; the product stays as it is.",
    "tag-decided": "That proposal is no longer open as this page showed it, perhaps a colleague was quicker. "
    "Nothing was changed.",
}
