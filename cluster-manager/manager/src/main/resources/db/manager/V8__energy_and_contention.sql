-- What a board's counter tells is shared out as it is told, so that nothing is lost and nothing is counted twice: each attempt
-- that has a slice of it gets its slice's share, and the rest is nobody's.
alter table manager.board
    add column name         text  not null default '',          -- product name
    add column shares       jsonb not null default '{}',        -- share of the whole, by name of profile
    add column total_joules double precision not null default 0, -- since the board's counter was first told
    add column idle_joules  double precision not null default 0; -- of these, what no attempt had
update manager.board set joules = null;

alter table manager.lease
    add column joules double precision; -- so far; null where it was not measured all the time
alter table manager.lease drop column board_joules;

create or replace function manager.lease_begins() returns trigger language plpgsql as $$
begin
    new.joules := (select 0 from manager.board where gpu = new.gpu and joules is not null);
    return new;
end $$;

-- An agent has told of a GPU. The counter is null where nobody measures.
create function manager.board_told(
    told_gpu text, told_uuid text, told_name text, told_compute integer, told_profiles jsonb, told_shares jsonb,
    counter double precision) returns void language plpgsql as $$
declare
    was    record;
    whole  double precision;
    given  double precision;
begin
    select * into was from manager.board where gpu = told_gpu for update;
    insert into manager.board (gpu, uuid, name, compute, profiles, shares, joules)
        values (told_gpu, told_uuid, told_name, told_compute, told_profiles, told_shares, counter)
        on conflict (gpu) do update set uuid = excluded.uuid, name = excluded.name, compute = excluded.compute,
            profiles = excluded.profiles, shares = excluded.shares, joules = excluded.joules;
    if was.uuid is distinct from told_uuid then
        update manager.board set total_joules = 0, idle_joules = 0 where gpu = told_gpu;
    end if;
    -- Nothing is measured, or another board is there, or its driver was loaded anew: of what runs it is not known.
    if counter is null or was.joules is null or was.uuid <> told_uuid or counter < was.joules then
        update manager.lease set joules = null where gpu = told_gpu and state = 'LIVE' and joules is not null;
        return;
    end if;
    -- More than all there is only where what a slice is part of is not known.
    select greatest(1, sum(coalesce((told_shares ->> split_part(slice, '-', 3))::double precision, 1))) into whole
        from manager.lease where gpu = told_gpu and state = 'LIVE';
    with part as (
        update manager.lease set joules = joules + (counter - was.joules)
                * coalesce((told_shares ->> split_part(slice, '-', 3))::double precision, 1) / whole
            where gpu = told_gpu and state = 'LIVE' and joules is not null
            returning (counter - was.joules)
                * coalesce((told_shares ->> split_part(slice, '-', 3))::double precision, 1) / whole as joules
    ) select coalesce(sum(joules), 0) into given from part;
    update manager.board set total_joules = total_joules + counter - was.joules,
        idle_joules = idle_joules + counter - was.joules - given where gpu = told_gpu;
end $$;

-- As before, with the energy that was shared out while the attempt had the slice, the board's name and the size of the input.
create or replace function manager.ledger_append() returns trigger language plpgsql as $$
declare
    last    record;
    job     record;
    attempt record;
    board   record;
    held    numeric := round(extract(epoch from new.ended - new.granted), 3);
    compute integer;
    text    text;
begin
    perform pg_advisory_xact_lock(hashtextextended('tomogrid.ledger', 0));
    select ledger.sequence, ledger.hash into last from manager.ledger order by ledger.sequence desc limit 1;
    select * into job from manager.job where id = new.job_id;
    select * into attempt from manager.attempt a where a.job_id = new.job_id and a.started <= new.granted
        order by a.number desc limit 1;
    select * into board from manager.board b where b.gpu = new.gpu;
    compute := coalesce((board.profiles ->> split_part(new.slice, '-', 3))::integer, 0);
    select '{' || string_agg(to_json(key)::text || ':' || coalesce(value, 'null'), ',' order by key collate "C") || '}'
        into text
        from (values
            ('attempt', attempt.number::text),
            ('batch', to_json(job.batch)::text),
            ('compute-slices', compute::text),
            ('device-uuid', to_json(new.device_uuid)::text),
            ('ended', to_json(to_char(new.ended at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text),
            ('energy', to_json(case when new.joules is null then 'not measured'
                else 'share of the board''s energy by compute slices' end)::text),
            ('energy-joules', round(new.joules::numeric, 3)::text),
            ('epoch', new.epoch::text),
            ('gpu', to_json(new.gpu)::text),
            ('gpu-name', to_json(coalesce(board.name, ''))::text),
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
            ('series-bytes', coalesce(attempt.series_bytes, 0)::text),
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
