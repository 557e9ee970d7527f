package io.tomogrid.manager;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.manager.peer.GatewayClient;
import io.tomogrid.manager.queue.Site;
import java.security.SecureRandom;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Turns the gateway's feed into jobs. A study's job, or the note that no rule matched, is committed together with the feed's
 * position, so that nothing is skipped; and there is one job per study revision and protocol, so that nothing is doubled.
 */
@Component
class FeedReader {
    private static final Logger log = LoggerFactory.getLogger(FeedReader.class);
    private static final int BATCH = 20;
    private static final int ID_BYTES = 8;

    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final List<RoutingRule> rules;
    private final List<Site> sites;
    private final GatewayClient gateway;
    private final SecureRandom random = new SecureRandom();

    FeedReader(JdbcClient jdbc, TransactionTemplate transaction, ManagerProperties properties, Peers peers) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.rules = properties.rules();
        this.sites = properties.sites();
        this.gateway = peers.gateway();
    }

    /** A study that became no job. */
    record Unmatched(String studyUid, int revision, String reason, Instant noted) {}

    long position() {
        return jdbc.sql("select position from manager.feed").query(Long.class).single();
    }

    /** Reads one batch. */
    void read() {
        for (GatewayClient.FeedEntry entry : gateway.feed(position(), BATCH)) {
            transaction.executeWithoutResult(status -> {
                if (entry instanceof GatewayClient.Complete complete) {
                    take(complete.study());
                } else if (entry instanceof GatewayClient.Unreadable unreadable) {
                    note(entry.sequence(), "", 0, "the gateway's document cannot be read: " + unreadable.reason());
                }
                jdbc.sql("update manager.feed set position = ? where position < ?")
                        .params(entry.sequence(), entry.sequence())
                        .update();
            });
        }
    }

    /** The newest first. */
    List<Unmatched> unmatched(int limit) {
        return jdbc.sql("select * from manager.unmatched order by sequence desc limit ?")
                .param(limit)
                .query((row, number) -> new Unmatched(
                        row.getString("study_uid"),
                        row.getInt("revision"),
                        row.getString("reason"),
                        Sql.instant(row, "noted")))
                .list();
    }

    private void take(StudyComplete study) {
        Optional<RoutingRule> rule =
                rules.stream().filter(r -> r.matches(study)).findFirst();
        if (rule.isEmpty()) {
            note(
                    study.sequence(),
                    study.studyUid(),
                    study.revision(),
                    "no rule matched its modalities " + new TreeSet<>(RoutingRule.modalitiesOf(study)));
            return;
        }
        String document = Documents.json(io.tomogrid.gateway.contract.Documents.toMap(study));
        if (document.contains("\\u0000")) {
            note(study.sequence(), "", study.revision(), "the gateway's document contains the character NUL");
            return;
        }
        String id = HexFormat.of().formatHex(bytes());
        Instant now = Instant.now();
        Duration deadline = rule.get().deadline();
        int inserted = jdbc.sql(
                        "insert into manager.job (id, study_uid, revision, protocol, priority, site, deadline, study, state, reason,"
                                + " not_before, created, since, updated) values (:id, :study, :revision, :protocol, :priority,"
                                + " :site, :deadline, :document, 'QUEUED', '', :now, :now, :now, :now)"
                                + " on conflict (study_uid, revision, protocol, batch) do nothing")
                .param("id", id)
                .param("study", study.studyUid())
                .param("revision", study.revision())
                .param("protocol", rule.get().protocol())
                .param("priority", rule.get().priority().name())
                .param("site", site(rule.get(), study))
                .param("deadline", deadline == null ? null : Sql.at(now.plus(deadline)), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("document", document)
                .param("now", Sql.at(now))
                .update();
        if (inserted == 1) {
            jdbc.sql(
                            "insert into manager.transition (job_id, state, attempt, reason, at) values (?, 'QUEUED', 0, '', ?)")
                    .params(id, Sql.at(now))
                    .update();
            log.info(
                    "job {}: {} for study {} revision {}",
                    id,
                    rule.get().protocol(),
                    study.studyUid(),
                    study.revision());
        }
    }

    /** Whose it is: as the rule says, else by who sent it. */
    private String site(RoutingRule rule, StudyComplete study) {
        return rule.site().isEmpty() ? Sql.text(Site.of(study, sites)) : rule.site();
    }

    private void note(long sequence, String studyUid, int revision, String reason) {
        log.warn("feed entry {}, study {} revision {}: no job, {}", sequence, studyUid, revision, reason);
        jdbc.sql("insert into manager.unmatched values (?, ?, ?, ?, ?) on conflict do nothing")
                .params(sequence, Sql.text(studyUid), revision, Sql.text(reason), Sql.at(Instant.now()))
                .update();
    }

    /** Unique over all installations, since the UIDs of results derive from it. */
    private byte[] bytes() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }
}
