package io.tomogrid.manager;

import io.tomogrid.manager.maintenance.Target;
import io.tomogrid.manager.maintenance.Window;
import io.tomogrid.slices.Decision;
import io.tomogrid.slices.HostInventory;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The maintenance windows that operators opened, and what they leave to be placed on. */
@Component
class Maintenance {
    /** Of a protocol that never had results. */
    private static final Duration UNKNOWN = Duration.ofMinutes(10);

    private final JdbcClient jdbc;
    private final LeaseStore leases;

    Maintenance(JdbcClient jdbc, LeaseStore leases) {
        this.jdbc = jdbc;
        this.leases = leases;
    }

    /**
     * What a job may be placed on now.
     *
     * @param hosts with the GPUs on which it may begin
     * @param closed the windows that close others
     */
    record Open(List<HostInventory> hosts, List<Window> closed) {
        /** While something is closed nothing is impossible for good; and people want to know what is. */
        Decision judge(Decision decision) {
            if (closed.isEmpty() || decision instanceof Decision.Plan || decision instanceof Decision.Rearrange) {
                return decision;
            }
            String windows = closed.stream().map(Window::toString).collect(Collectors.joining("; "));
            boolean nothing = hosts.stream().allMatch(host -> host.gpus().isEmpty());
            return new Decision.Wait(nothing ? windows : decision.because() + "; " + windows);
        }
    }

    void drain(Window window) {
        jdbc.sql("insert into manager.maintenance (host, gpu, begins, ends, clears, reason)"
                        + " values (?, ?, ?, ?, ?, ?)")
                .params(Arrays.asList(
                        window.target().host(),
                        window.target().gpu(),
                        Sql.at(window.begins()),
                        window.ends().map(Sql::at).orElse(null),
                        Sql.at(window.clears()),
                        window.reason()))
                .update();
    }

    /** Ends all windows of exactly this target, also those that have not begun. @return false if there are none */
    boolean undrain(Target target) {
        return jdbc.sql("delete from manager.maintenance where host = ? and gpu = ? and (ends is null or ends > ?)")
                        .params(target.host(), target.gpu(), Sql.at(Instant.now()))
                        .update()
                > 0;
    }

    /** Those that are not over. */
    List<Window> windows() {
        return jdbc.sql("select * from manager.maintenance where ends is null or ends > ? order by begins, id")
                .param(Sql.at(Instant.now()))
                .query((row, number) -> new Window(
                        new Target(row.getString("host"), row.getInt("gpu")),
                        Sql.instant(row, "begins"),
                        Optional.ofNullable(row.getObject("ends", OffsetDateTime.class))
                                .map(OffsetDateTime::toInstant),
                        Sql.instant(row, "clears"),
                        row.getString("reason")))
                .list();
    }

    /** @param hosts all of them @param protocol of the job that is to be placed */
    Open open(List<HostInventory> hosts, String protocol) {
        List<Window> windows = windows();
        if (windows.isEmpty()) {
            return new Open(hosts, List.of());
        }
        Instant now = Instant.now();
        Duration expected = expected(protocol);
        List<Window> closed =
                windows.stream().filter(window -> window.closes(now, expected)).toList();
        return new Open(Window.open(hosts, closed), closed);
    }

    /** What nine of ten of the protocol's last hundred attempts with results did not exceed. */
    Duration expected(String protocol) {
        return leases.seconds(protocol, 0.9, 100)
                .map(seconds -> Duration.ofMillis(Math.round(seconds * 1000)))
                .orElse(UNKNOWN);
    }
}
