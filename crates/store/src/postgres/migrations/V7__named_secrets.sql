-- What a secret of a client is for, for whoever replaces it.
ALTER TABLE client_secrets ADD COLUMN name TEXT;
