-- What readers made of our results: rows are added, never changed or removed. The last one about a job counts.
-- source: REST, or the SOP Instance UID of the object that says it; kept, edited, removed and added: lesions, null if not told
CREATE TABLE verdict (
    sequence      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            text NOT NULL UNIQUE,
    job_id        text NOT NULL,
    verdict       text NOT NULL CHECK (verdict IN ('ACCEPTED', 'EDITED', 'REJECTED')),
    source        text NOT NULL,
    by_whom       text NOT NULL,
    reason        text NOT NULL,
    model         text NOT NULL,
    model_version text NOT NULL,
    model_digest  text NOT NULL,
    kept          integer,
    edited        integer,
    removed       integer,
    added         integer,
    given         timestamptz NOT NULL
);
CREATE INDEX verdict_job ON verdict (job_id, sequence);

CREATE FUNCTION verdict_stays() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'verdicts are only added: give another one';
END $$ LANGUAGE plpgsql;
CREATE TRIGGER verdict_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON verdict
    FOR EACH STATEMENT EXECUTE FUNCTION verdict_stays();
