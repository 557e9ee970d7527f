-- Requests for storage commitment whose answer goes to a configured destination on an association of its own: an outbox.
-- instances: one a line, class and UID
CREATE TABLE commitment_report (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    destination     text NOT NULL,
    transaction_uid text NOT NULL,
    instances       text NOT NULL,
    received        timestamptz NOT NULL,
    attempts        integer NOT NULL DEFAULT 0,
    next_attempt    timestamptz NOT NULL,
    dead            boolean NOT NULL DEFAULT false
);
CREATE INDEX commitment_report_due ON commitment_report (next_attempt) WHERE NOT dead;

-- commitment: what we wait for from the peer: '' nothing, WANTED to be asked for, ASKED under transaction_uid
ALTER TABLE delivery
    ADD COLUMN commitment          text NOT NULL DEFAULT '',
    ADD COLUMN transaction_uid     text NOT NULL DEFAULT '',
    ADD COLUMN commitment_attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN commitment_due      timestamptz NOT NULL DEFAULT '-infinity';
CREATE INDEX delivery_commitment ON delivery (destination, commitment_due) WHERE commitment <> '';
CREATE INDEX delivery_transaction ON delivery (transaction_uid) WHERE transaction_uid <> '';
