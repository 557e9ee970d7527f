-- What the agents told last of each GPU. The counter is null as long as nobody measures it.
create table manager.board (
    gpu      text             primary key, -- host and index, as in manager.lease
    uuid     text             not null,
    compute  integer          not null,    -- compute slices of the whole, 0 if it cannot be cut
    profiles jsonb            not null,    -- compute slices by name of profile
    joules   double precision              -- energy counter
);

alter table manager.lease add column board_joules double precision; -- the board's counter when the lease began

create function manager.lease_begins() returns trigger language plpgsql as $$
begin
    new.board_joules := (select joules from manager.board where gpu = new.gpu);
    return new;
end $$;
create trigger lease_begins before insert on manager.lease
    for each row execute function manager.lease_begins();

-- One entry for each lease that has ended. An entry is JSON without white space, keys in ascending order of their bytes; it
-- names the hash of the entry before it, and its own hash is the SHA-256 of its bytes in UTF-8.
create table manager.ledger (
    sequence bigint primary key,
    entry    text   not null,
    hash     text   not null
);

create function manager.ledger_is_for_good() returns trigger language plpgsql as $$
begin
    raise exception 'the ledger is append-only: % is refused', tg_op;
end $$;
create trigger ledger_is_for_good before update or delete or truncate on manager.ledger
    for each statement execute function manager.ledger_is_for_good();

create function manager.ledger_append() returns trigger language plpgsql as $$
declare
    last    record;
    job     record;
    attempt record;
    board   record;
    held    numeric := round(extract(epoch from new.ended - new.granted), 3);
    compute integer;
    joules  numeric;
    text    text;
begin
    perform pg_advisory_xact_lock(hashtextextended('tomogrid.ledger', 0));
    select ledger.sequence, ledger.hash into last from manager.ledger order by ledger.sequence desc limit 1;
    select * into job from manager.job where id = new.job_id;
    select * into attempt from manager.attempt a where a.job_id = new.job_id and a.started <= new.granted
        order by a.number desc limit 1;
    select * into board from manager.board b where b.gpu = new.gpu;
    compute := coalesce((board.profiles ->> split_part(new.slice, '-', 3))::integer, 0);
    -- The board's energy by the lease's share of its compute slices.
    joules := round(((board.joules - new.board_joules)
        * case when compute = 0 then 1 else compute / greatest(board.compute, 1)::double precision end)::numeric, 1);
    select '{' || string_agg(to_json(key)::text || ':' || coalesce(value, 'null'), ',' order by key collate "C") || '}'
        into text
        from (values
            ('attempt', attempt.number::text),
            ('batch', to_json(job.batch)::text),
            ('compute-slices', compute::text),
            ('device-uuid', to_json(new.device_uuid)::text),
            ('ended', to_json(to_char(new.ended at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text),
            ('energy', to_json(case when joules is null then 'not measured'
                else 'share of the board''s energy by compute slices' end)::text),
            ('energy-joules', joules::text),
            ('epoch', new.epoch::text),
            ('gpu', to_json(new.gpu)::text),
            ('gpu-uuid', to_json(coalesce(board.uuid, ''))::text),
            ('granted', to_json(to_char(new.granted at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text),
            ('job', to_json(new.job_id)::text),
            ('memory-slice-seconds', (held * (new.end_slice - new.first_slice))::text),
            ('memory-slices', (new.end_slice - new.first_slice)::text),
            ('outcome', to_json(coalesce(attempt.outcome, ''))::text),
            ('peak-bytes', attempt.peak_bytes::text),
            ('previous', to_json(coalesce(last.hash, repeat('0', 64)))::text),
            ('protocol', to_json(job.protocol)::text),
            ('seconds', held::text),
            ('sequence', (coalesce(last.sequence, 0) + 1)::text),
            ('simulated', new.simulated::text),
            ('site', to_json(job.site)::text),
            ('slice', to_json(new.slice)::text),
            ('study-uid', to_json(job.study_uid)::text),
            ('work-seconds', round(extract(epoch from attempt.ended - attempt.started), 3)::text)
        ) as entry (key, value);
    insert into manager.ledger values
        (coalesce(last.sequence, 0) + 1, text, encode(sha256(convert_to(text, 'UTF8')), 'hex'));
    return null;
end $$;
-- In the transaction that ends the lease, whoever writes it; at its end, when the attempt's outcome is written too.
create constraint trigger ledger_append after update on manager.lease deferrable initially deferred
    for each row when (old.state <> 'ENDED' and new.state = 'ENDED') execute function manager.ledger_append();
