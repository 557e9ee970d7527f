package io.tomogrid.manager;

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
    private final JdbcClient jdbc;
    private final Fence fence;

    LeaseStore(JdbcClient jdbc, Fence fence) {
        this.jdbc = jdbc;
        this.fence = fence;
    }

    /** Where a lease begins: a slice and the memory slices that it covers. */
    record Grant(SliceKey slice, int firstSlice, int endSlice, boolean simulated) {
        static Grant of(SliceKey key, Gpu gpu) {
            Placement placement = gpu.placement(key);
            return new Grant(key, placement.start(), placement.end(), gpu.simulated());
        }
    }

    /** @param live false while it is being released @param reusable whether the next job may have the slice as it is */
    record Held(SliceLease lease, boolean live, boolean reusable) {
        SliceKey slice() {
            return lease.key();
        }
    }

    /** Inside of the transaction that begins an attempt. A lease of the same slice that is being released ends by it. */
    long grant(String jobId, Grant grant, Instant now, Instant expiry) {
        fence.check();
        SliceKey slice = grant.slice();
        jdbc.sql(
                        "update manager.lease set state = 'ENDED', ended = ? where slice = ? and state = 'RELEASING' and reusable")
                .params(Sql.at(now), slice.toString())
                .update();
        return jdbc.sql("insert into manager.lease (epoch, slice, gpu, first_slice, end_slice, job_id, granted, expiry,"
                        + " simulated, state) values (nextval('manager.lease_epoch'), :slice, :gpu, :first, :end, :job,"
                        + " :now, :expiry, :simulated, 'LIVE') returning epoch")
                .params(Map.of(
                        "slice", slice.toString(),
                        "gpu", slice.host() + "-gpu" + slice.gpu(),
                        "first", grant.firstSlice(),
                        "end", grant.endSlice(),
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

    void renew(long epoch, Instant expiry) {
        jdbc.sql("update manager.lease set expiry = ? where epoch = ? and state = 'LIVE'")
                .params(Sql.at(expiry), epoch)
                .update();
    }

    void release(long epoch, boolean reusable, Instant now) {
        jdbc.sql("update manager.lease set state = 'RELEASING', reusable = ?, expiry = least(expiry, ?)"
                        + " where epoch = ? and state = 'LIVE'")
                .params(reusable, Sql.at(now), epoch)
                .update();
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
                row.getString("state").equals("LIVE"),
                row.getBoolean("reusable"));
    }
}
