-- A reprocessing of the archive: a query, the studies that it found when they were taken in, and the job of each.
create table manager.batch (
    id           text        primary key,
    ordinal      bigint      generated always as identity unique,
    query        text        not null, -- parameters of QIDO-RS, percent-encoded; they name no person
    protocol     text        not null,
    most_at_once integer     not null check (most_at_once > 0), -- jobs that are not settled
    state        text        not null check (state in ('RUNNING', 'PAUSED', 'CANCELLED', 'DONE')),
    reason       text        not null default '', -- what keeps it from going on
    cursor       integer     not null default 0,  -- matches of the query that were looked at
    wanted       integer,                         -- studies, once all of them are taken in
    workitem     text        unique,              -- UID of the UPS work item that it was made for
    created      timestamptz not null,
    ended        timestamptz
);
create index batch_running on manager.batch (ordinal) where state = 'RUNNING';

-- A study waits while it has neither a job nor a reason why it becomes none. How it ended, its job says.
create table manager.batch_study (
    batch     text    not null references manager.batch,
    ordinal   bigint  generated always as identity,
    study_uid text    not null,
    revision  integer not null,
    job_id    text    unique references manager.job,
    skipped   text,
    primary key (batch, study_uid),
    check (job_id is null or skipped is null)
);
create index batch_study_waiting on manager.batch_study (batch, ordinal) where job_id is null and skipped is null;
create index job_of_batch on manager.job (batch) where batch <> '';
-- Looked at with every tick, however many jobs of the batch have ended.
create index job_of_batch_active on manager.job (batch) where state not in ('DONE', 'FAILED', 'CANCELLED');
