"""The only way into the assistant: the gateway's turns come in over HTTP, message parts go back in the same answer."""
