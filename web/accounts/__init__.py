"""Who somebody is: passwords, sessions, sign-in, sign-up and the forgotten password."""
