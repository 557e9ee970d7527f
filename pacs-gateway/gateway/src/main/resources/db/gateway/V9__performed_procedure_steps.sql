-- What modalities told of their work: a study is complete once all that its ended steps name has come.
CREATE TABLE performed_step (
    sop_instance_uid text PRIMARY KEY,
    calling_ae       text NOT NULL,
    state            text NOT NULL,
    told             timestamptz NOT NULL
);
-- counted: whether a revision of the study was made because of it
CREATE TABLE performed_step_study (
    step      text NOT NULL REFERENCES performed_step ON DELETE CASCADE,
    study_uid text NOT NULL,
    counted   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (step, study_uid)
);
CREATE INDEX performed_step_of_study ON performed_step_study (study_uid);
CREATE TABLE performed_step_instance (
    step             text NOT NULL REFERENCES performed_step ON DELETE CASCADE,
    sop_instance_uid text NOT NULL,
    PRIMARY KEY (step, sop_instance_uid)
);
