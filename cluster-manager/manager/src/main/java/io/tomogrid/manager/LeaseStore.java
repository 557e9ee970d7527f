package io.tomogrid.manager;

import io.tomogrid.manager.queue.Usage;
import io.tomogrid.slices.Gpu;
import io.tomogrid.slices.Placement;
import io.tomogrid.slices.SliceKey;
import io.tomogrid.slices.SliceLease;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * The leases. {@code LIVE} until its attempt ends, {@code RELEASING} until no process locks the slice, then {@code ENDED}.
 * The table itself refuses two that overlap before they have ended.
 */
@Repository
class LeaseStore {
    /** The live leases of the job of this epoch. */
    private static final String TOGETHER =
            "state = 'LIVE' and job_id = (select job_id from manager.lease where epoch = ?)";

    private final JdbcClient jdbc;
    private final Fence fence;

    LeaseStore(JdbcClient jdbc, Fence fence) {
        this.jdbc = jdbc;
        this.fence = fence;
    }

    /** Where a lease begins: a slice and the memory slices that it covers. */
    record Grant(SliceKey slice, int firstSlice, int endSlice, int computeSlices, boolean simulated) {
        static Grant of(SliceKey key, Gpu gpu) {
            Placement placement = gpu.placement(key);
            return new Grant(
                    key, placement.start(), placement.end(), placement.profile().computeSlices(), gpu.simulated());
        }

        int memorySlices() {
            return endSlice - firstSlice;
        }
    }

    /** @param live false while it is being released @param reusable whether the next job may have the slice as it is */
    record Held(SliceLease lease, int memorySlices, int computeSlices, boolean live, boolean reusable) {
        SliceKey slice() {
            return lease.key();
        }
    }

    /**
     * Inside of the transaction that begins an attempt. Leases there that are being released end by it, while idle
     * executors may still have their slices: the agent cuts nothing before these have gone.
     */
    long grant(String jobId, Grant grant, Instant now, Instant expiry) {
        fence.check();
        SliceKey slice = grant.slice();
        String gpu = slice.gpuName();
        jdbc.sql("update manager.lease set state = 'ENDED', ended = :now where gpu = :gpu and first_slice < :end"
                        + " and end_slice > :first and state = 'RELEASING' and reusable")
                .params(Map.of("now", Sql.at(now), "gpu", gpu, "first", grant.firstSlice(), "end", grant.endSlice()))
                .update();
        return jdbc.sql("insert into manager.lease (epoch, slice, gpu, first_slice, end_slice, compute_slices, job_id,"
                        + " granted, expiry, simulated, state) values (nextval('manager.lease_epoch'), :slice, :gpu,"
                        + " :first, :end, :compute, :job, :now, :expiry, :simulated, 'LIVE') returning epoch")
                .params(Map.of(
                        "slice", slice.toString(),
                        "gpu", gpu,
                        "first", grant.firstSlice(),
                        "end", grant.endSlice(),
                        "compute", grant.computeSlices(),
                        "job", jobId,
                        "now", Sql.at(now),
                        "expiry", Sql.at(expiry),
                        "simulated", grant.simulated()))
                .query(Long.class)
                .single();
    }

    /** Those that have not ended. */
    List<Held> held() {
        return jdbc.sql("select * from manager.lease where state <> 'ENDED' order by epoch")
                .query(LeaseStore::row)
                .list();
    }

    Optional<Held> find(long epoch) {
        return jdbc.sql("select * from manager.lease where epoch = ?")
                .param(epoch)
                .query(LeaseStore::row)
                .optional();
    }

    void device(long epoch, String uuid) {
        jdbc.sql("update manager.lease set device_uuid = ? where epoch = ?")
                .params(uuid, epoch)
                .update();
    }

    /** All that the attempt holds, in the order of their epochs. */
    List<SliceLease> together(long epoch) {
        return jdbc
                .sql("select * from manager.lease where " + TOGETHER + " order by epoch")
                .param(epoch)
                .query(LeaseStore::row)
                .list()
                .stream()
                .map(Held::lease)
                .toList();
    }

    void renew(long epoch, Instant expiry) {
        jdbc.sql("update manager.lease set expiry = ? where " + TOGETHER)
                .params(Sql.at(expiry), epoch)
                .update();
    }

    void release(long epoch, boolean reusable, Instant now) {
        jdbc.sql("update manager.lease set state = 'RELEASING', reusable = ?, expiry = least(expiry, ?)" + " where "
                        + TOGETHER)
                .params(reusable, Sql.at(now), epoch)
                .update();
    }

    /** Of work that is stopped for somebody who has the lease of its place in the same transaction, or could. */
    void leave(long epoch, Instant now) {
        jdbc.sql("update manager.lease set state = 'ENDED', ended = ?, expiry = least(expiry, ?) where " + TOGETHER)
                .params(Sql.at(now), Sql.at(now), epoch)
                .update();
    }

    /** What sites have had since then. */
    List<Usage> usage(Instant since, Instant now) {
        return jdbc.sql("select site, greatest(end_slice - first_slice, compute_slices) slices, granted,"
                        + " coalesce(ended, :now) ended from manager.lease join manager.job on job.id = job_id"
                        + " where lease.ended is null or lease.ended > :since")
                .params(Map.of("since", Sql.at(since), "now", Sql.at(now)))
                .query((row, number) -> new Usage(
                        row.getString("site"),
                        row.getInt("slices"),
                        Sql.instant(row, "granted"),
                        Sql.instant(row, "ended")))
                .list();
    }

    /** Median of the seconds that the last attempts of a protocol took which had results; empty if there are none. */
    Optional<Double> typicalSeconds(String protocol) {
        return seconds(protocol, 0.5, 20);
    }

    /**
     * A quantile of the seconds that attempts with results took.
     *
     * @param last how many of the protocol's last ones
     * @return empty if there are none
     */
    Optional<Double> seconds(String protocol, double quantile, int last) {
        return jdbc.sql("select percentile_cont(?) within group (order by seconds) from (select"
                        + " extract(epoch from attempt.ended - attempt.started) seconds from manager.attempt"
                        + " join manager.job on job.id = job_id where protocol = ? and outcome = 'SUCCEEDED'"
                        + " order by attempt.ended desc limit ?) last")
                .params(quantile, protocol, last)
                .query((row, number) -> Optional.ofNullable((Double) row.getObject(1)))
                .single();
    }

    void end(long epoch) {
        jdbc.sql("update manager.lease set state = 'ENDED', ended = ? where epoch = ? and state = 'RELEASING'")
                .params(Sql.at(Instant.now()), epoch)
                .update();
    }

    private static Held row(ResultSet row, int number) throws SQLException {
        return new Held(
                new SliceLease(
                        SliceKey.parse(row.getString("slice")),
                        row.getLong("epoch"),
                        row.getString("job_id"),
                        Sql.instant(row, "granted"),
                        Sql.instant(row, "expiry"),
                        row.getString("device_uuid"),
                        row.getBoolean("simulated")),
                row.getInt("end_slice") - row.getInt("first_slice"),
                row.getInt("compute_slices"),
                row.getString("state").equals("LIVE"),
                row.getBoolean("reusable"));
    }
}
