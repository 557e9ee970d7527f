-- Where the manager has read the gateway's feed to, and what it left alone there.
create table manager.feed (
    singleton boolean primary key default true check (singleton),
    position  bigint  not null
);
insert into manager.feed (position) values (0);

create table manager.unmatched (
    sequence  bigint      primary key,
    study_uid text        not null,
    revision  integer     not null,
    reason    text        not null,
    noted     timestamptz not null
);

create table manager.job (
    id         text        primary key,
    ordinal    bigint      generated always as identity unique,
    study_uid  text        not null,
    revision   integer     not null,
    protocol   text        not null,
    study      text        not null, -- the StudyComplete document
    state      text        not null
        check (state in ('QUEUED', 'LEASED', 'RUNNING', 'STORING', 'DELIVERING', 'DONE', 'FAILED')),
    reason     text        not null,
    remedy     text,
    attempt    integer     not null default 0,
    failures   integer     not null default 0, -- attempts that failed since an operator last wanted the job
    epoch      bigint,                         -- of the lease that the current attempt runs under
    not_before timestamptz not null,
    redrive    boolean     not null default false, -- the gateway is to try dead deliveries again
    manifest   text,                           -- the first that was committed; never changed
    findings   text,
    created    timestamptz not null,
    since      timestamptz not null,           -- of the state
    updated    timestamptz not null,
    unique (study_uid, revision, protocol),
    check (state not in ('STORING', 'DELIVERING', 'DONE') or manifest is not null),
    check (state not in ('LEASED', 'RUNNING') or epoch is not null)
);
create index job_active on manager.job (ordinal) where state not in ('DONE', 'FAILED');

create table manager.transition (
    ordinal bigint      generated always as identity primary key,
    job_id  text        not null references manager.job,
    state   text        not null,
    attempt integer     not null,
    reason  text        not null,
    at      timestamptz not null
);
create index transition_job on manager.transition (job_id, ordinal);

create table manager.attempt (
    job_id  text        not null references manager.job,
    number  integer     not null,
    epoch   bigint      not null,
    slice   text        not null,
    started timestamptz not null,
    ended   timestamptz,
    outcome text,
    primary key (job_id, number)
);

create sequence manager.lease_epoch;

create table manager.lease (
    epoch       bigint      primary key,
    slice       text        not null,
    gpu         text        not null, -- host and index
    first_slice integer     not null, -- memory slices [first_slice, end_slice)
    end_slice   integer     not null check (end_slice > first_slice),
    job_id      text        not null references manager.job,
    granted     timestamptz not null,
    expiry      timestamptz not null,
    device_uuid text        not null default '',
    simulated   boolean     not null,
    state       text        not null check (state in ('LIVE', 'RELEASING', 'ENDED')),
    reusable    boolean     not null default false, -- its executor answered to the end, so the next job may have it
    ended       timestamptz,
    -- No two leases that count overlap on a GPU, whoever writes them.
    constraint lease_overlaps exclude using gist (
        int8range(hashtext(gpu)::bigint, hashtext(gpu)::bigint, '[]') with &&,
        int4range(first_slice, end_slice) with &&
    ) where (state <> 'ENDED')
);
create index lease_counts on manager.lease (epoch) where state <> 'ENDED';
