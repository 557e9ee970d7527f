package io.tomogrid.manager.batch;

import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.contract.StudyComplete;
import io.tomogrid.manager.Chore;
import io.tomogrid.manager.ManagerProperties;
import io.tomogrid.manager.RoutingRule;
import io.tomogrid.manager.peer.GatewayClient;
import io.tomogrid.manager.peer.PeerRefused;
import io.tomogrid.manager.peer.PeerUnreachable;
import java.net.http.HttpClient;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Brings each running batch one step on: first what its query finds is taken in, page by page; then, while fewer of its jobs
 * are under way than may be, the next study becomes one. The jobs are like any other, of the least urgent class.
 */
@Component
class BatchRunner implements Chore {
    private static final Logger log = LoggerFactory.getLogger(BatchRunner.class);
    private static final int PAGE = 500;
    /** So many documents are asked for in one step at most: the jobs of the day wait behind it. */
    private static final int MOST_AT_A_TIME = 20;

    private final BatchStore batches;
    private final List<RoutingRule> rules;
    private final GatewayClient gateway;

    BatchRunner(
            BatchStore batches,
            ManagerProperties properties,
            @Value("${tomogrid.token}") String token,
            HttpClient http) {
        this.batches = batches;
        this.rules = properties.rules();
        this.gateway = new GatewayClient(properties.gatewayUrl(), token, http, properties.timeout());
    }

    @Override
    public String name() {
        return "batches";
    }

    @Override
    public void run() {
        for (Batch batch : batches.running()) {
            try {
                if (batch.wanted().isEmpty()) {
                    takeIn(batch);
                } else {
                    begin(batch);
                }
            } catch (PeerUnreachable | PeerRefused e) {
                batches.note(batch, e.getMessage());
            }
        }
    }

    /** New studies shift the pages towards the end only: what is met twice is taken once, and nothing is left out. */
    private void takeIn(Batch batch) {
        List<GatewayClient.Revision> page =
                gateway.matches(batch.query().text(), batch.cursor(), PAGE).page();
        batches.takeIn(batch, page, page.size() < PAGE);
    }

    private void begin(Batch batch) {
        int room = batch.mostAtOnce() - batches.underWay(batch);
        if (room > 0) {
            for (Batch.Member member : batches.waiting(batch, MOST_AT_A_TIME)) {
                if (room == 0) {
                    break;
                }
                Optional<StudyComplete> study = study(batch, member);
                if (study.isPresent()) {
                    batches.begin(batch, study.get());
                    room--;
                }
            }
        }
        batches.note(batch, "");
        if (batches.endIfThrough(batch)) {
            log.info("batch {}: done", batch.id());
        }
    }

    /** Empty, with the reason noted, if the study can become no job. */
    private Optional<StudyComplete> study(Batch batch, Batch.Member member) {
        if (member.revision() == 0) {
            batches.skip(batch, member, "its images still came in; it is processed when it has come to rest");
            return Optional.empty();
        }
        Optional<GatewayClient.FeedEntry> entry = gateway.revision(member.studyUid(), member.revision());
        if (entry.isPresent() && entry.get() instanceof GatewayClient.Complete complete) {
            String reason = whyNot(batch, member, complete.study());
            if (reason.isEmpty()) {
                return Optional.of(complete.study());
            }
            batches.skip(batch, member, reason);
        } else if (entry.isPresent() && entry.get() instanceof GatewayClient.Unreadable unreadable) {
            batches.skip(batch, member, "the gateway's document cannot be read: " + unreadable.reason());
        } else {
            batches.skip(batch, member, "the gateway no longer has revision " + member.revision());
        }
        return Optional.empty();
    }

    private String whyNot(Batch batch, Batch.Member member, StudyComplete study) {
        if (!study.studyUid().equals(member.studyUid()) || study.revision() != member.revision()) {
            return "the gateway answered with revision " + study.revision() + " of study " + study.studyUid();
        }
        if (Documents.json(Documents.toMap(study)).contains("\\u0000")) {
            return "the gateway's document contains the character NUL";
        }
        boolean matches = rules.stream()
                .filter(rule -> rule.protocol().equals(batch.protocol()))
                .anyMatch(rule -> rule.matches(study));
        return matches
                ? ""
                : "no rule of " + batch.protocol() + " matches its modalities "
                        + new TreeSet<>(RoutingRule.modalitiesOf(study));
    }
}
