-- The index of the archive. Everything here but the results' manifests and deliveries can be rebuilt from the segments.

CREATE TABLE patient (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    patient_id text NOT NULL,
    issuer     text NOT NULL,
    UNIQUE (patient_id, issuer)
);

-- pending: source instances that no revision holds yet
CREATE TABLE study (
    study_uid     text PRIMARY KEY,
    patient       bigint NOT NULL REFERENCES patient,
    last_received timestamptz NOT NULL,
    pending       integer NOT NULL DEFAULT 0,
    revision      integer NOT NULL DEFAULT 0
);
CREATE INDEX study_pending ON study (last_received) WHERE pending > 0;
CREATE INDEX study_newest ON study (last_received DESC);

CREATE TABLE series (
    study_uid  text NOT NULL REFERENCES study,
    series_uid text NOT NULL,
    modality   text NOT NULL,
    PRIMARY KEY (study_uid, series_uid)
);

-- result: one of our own objects; it belongs to no revision
-- file_sha256: SHA-256 of the staged file that a result was taken from
CREATE TABLE instance (
    sop_instance_uid    text PRIMARY KEY,
    sop_class_uid       text NOT NULL,
    study_uid           text NOT NULL,
    series_uid          text NOT NULL,
    transfer_syntax_uid text NOT NULL,
    segment             text NOT NULL,
    start               bigint NOT NULL,
    length              bigint NOT NULL,
    sha256              text NOT NULL,
    received            timestamptz NOT NULL,
    result              boolean NOT NULL,
    file_sha256         text,
    FOREIGN KEY (study_uid, series_uid) REFERENCES series
);
CREATE INDEX instance_series ON instance (study_uid, series_uid);

-- kept_aside: where its bytes lie in the archive; the same bytes again are the same conflict
CREATE TABLE conflict (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sop_instance_uid text NOT NULL,
    received         timestamptz NOT NULL,
    calling_ae       text NOT NULL,
    reason           text NOT NULL,
    segment          text NOT NULL,
    start            bigint NOT NULL,
    length           bigint NOT NULL,
    sha256           text NOT NULL,
    UNIQUE (sop_instance_uid, sha256)
);

CREATE TABLE quarantine (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sop_instance_uid text NOT NULL,
    received         timestamptz NOT NULL,
    calling_ae       text NOT NULL,
    reason           text NOT NULL,
    segment          text NOT NULL,
    start            bigint NOT NULL,
    length           bigint NOT NULL,
    sha256           text NOT NULL,
    UNIQUE (sop_instance_uid, sha256)
);

-- A catch-up begins behind this place of the archive; what lies before it is in the index.
CREATE TABLE indexed (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    segment  text NOT NULL,
    start    bigint NOT NULL
);

CREATE TABLE feed (
    sequence  bigint PRIMARY KEY,
    study_uid text NOT NULL REFERENCES study,
    revision  integer NOT NULL,
    document  text NOT NULL,
    UNIQUE (study_uid, revision)
);

-- manifest: the document as it was committed first
CREATE TABLE result (
    job_id       text PRIMARY KEY,
    study_uid    text NOT NULL,
    manifest     text NOT NULL,
    state        text NOT NULL,
    reason       text NOT NULL DEFAULT '',
    attempts     integer NOT NULL DEFAULT 0,
    next_attempt timestamptz NOT NULL,
    received     timestamptz NOT NULL
);
CREATE INDEX result_storing ON result (next_attempt) WHERE state = 'STORING';

CREATE TABLE result_object (
    job_id           text NOT NULL REFERENCES result,
    position         integer NOT NULL,
    kind             text NOT NULL,
    sop_class_uid    text NOT NULL,
    sop_instance_uid text NOT NULL,
    PRIMARY KEY (job_id, position)
);
CREATE INDEX result_object_instance ON result_object (sop_instance_uid);

-- The outbox: one row for each object and destination, written in the transaction that ends the storing.
CREATE TABLE delivery (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id       text NOT NULL,
    position     integer NOT NULL,
    destination  text NOT NULL,
    state        text NOT NULL,
    attempts     integer NOT NULL DEFAULT 0,
    next_attempt timestamptz NOT NULL,
    reason       text NOT NULL DEFAULT '',
    UNIQUE (job_id, position, destination),
    FOREIGN KEY (job_id, position) REFERENCES result_object
);
CREATE INDEX delivery_due ON delivery (destination, next_attempt) WHERE state IN ('PENDING', 'UNKNOWN');
