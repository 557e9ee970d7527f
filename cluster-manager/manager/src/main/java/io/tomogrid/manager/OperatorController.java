package io.tomogrid.manager;

import io.tomogrid.cluster.contract.Documents;
import io.tomogrid.cluster.contract.Priority;
import io.tomogrid.manager.maintenance.Target;
import io.tomogrid.manager.maintenance.Window;
import io.tomogrid.manager.peer.PeerRefused;
import io.tomogrid.manager.peer.PeerUnreachable;
import io.tomogrid.slices.HostInventory;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What operators want. Every verb takes {@code by} and {@code reason}. See {@code docs/interfaces.md}, "Manager". */
@RestController
@RequestMapping(path = "/api", produces = "application/json")
class OperatorController {
    private static final Logger log = LoggerFactory.getLogger(OperatorController.class);
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6})([smh])");

    private final JobStore jobs;
    private final JobVerbs verbs;
    private final Pauses pauses;
    private final Maintenance maintenance;
    private final ManagerProperties properties;
    private final Peers peers;
    private final View view;

    OperatorController(
            JobStore jobs,
            JobVerbs verbs,
            Pauses pauses,
            Maintenance maintenance,
            ManagerProperties properties,
            Peers peers,
            View view) {
        this.jobs = jobs;
        this.verbs = verbs;
        this.pauses = pauses;
        this.maintenance = maintenance;
        this.properties = properties;
        this.peers = peers;
        this.view = view;
    }

    @PostMapping("/jobs/{id}/retry")
    ResponseEntity<String> retry(@PathVariable String id, Operator.Said said) {
        return verb(id, verbs.retry(id, said.operator()));
    }

    @PostMapping("/jobs/{id}/cancel")
    ResponseEntity<String> cancel(@PathVariable String id, Operator.Said said) {
        return verb(id, verbs.cancel(id, said.operator()));
    }

    @PostMapping("/jobs/{id}/priority")
    ResponseEntity<String> priority(@PathVariable String id, @RequestParam String value, Operator.Said said) {
        Priority priority = List.of(Priority.values()).stream()
                .filter(p -> p.name().equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "value: expected one of " + List.of(Priority.values()) + ", got " + value));
        return verb(id, verbs.priority(id, priority, said.operator()));
    }

    /** @param at empty for no deadline any more */
    @PostMapping("/jobs/{id}/deadline")
    ResponseEntity<String> deadline(@PathVariable String id, @RequestParam String at, Operator.Said said) {
        return verb(id, verbs.deadline(id, instant("at", at), said.operator()));
    }

    @GetMapping("/queue/pauses")
    String pauses() {
        return Documents.json(view.pauses());
    }

    @PostMapping("/queue/pause")
    ResponseEntity<String> pause(
            @RequestParam(defaultValue = "") String protocol,
            @RequestParam(defaultValue = "") String site,
            Operator.Said said) {
        if (!protocol.isEmpty() && properties.rule(protocol).isEmpty()) {
            return Errors.answer(
                    HttpStatus.NOT_FOUND,
                    "no rule has the protocol " + protocol + "; there are "
                            + properties.rules().stream()
                                    .map(RoutingRule::protocol)
                                    .toList());
        }
        pauses.pause(target(protocol, site), said.operator());
        return accepted();
    }

    @PostMapping("/queue/resume")
    ResponseEntity<String> resume(
            @RequestParam(defaultValue = "") String protocol, @RequestParam(defaultValue = "") String site) {
        Pauses.Target target = target(protocol, site);
        return pauses.resume(target)
                ? accepted()
                : Errors.answer(HttpStatus.CONFLICT, target + " is not paused; GET /api/queue/pauses lists what is");
    }

    /**
     * @param from empty for now
     * @param until empty until it is ended
     * @param grace how long after the begin running work may stay that could begin anew elsewhere, such as 30s
     */
    @PostMapping("/slices/drain")
    ResponseEntity<String> drain(
            @RequestParam String target,
            @RequestParam(defaultValue = "") String from,
            @RequestParam(defaultValue = "") String until,
            @RequestParam(defaultValue = "10m") String grace,
            Operator.Said said) {
        Target which = Target.parse(target);
        Instant begins = instant("from", from).orElseGet(Instant::now);
        Window window = new Window(
                which,
                begins,
                instant("until", until),
                begins.plus(duration("grace", grace)),
                said.operator().toString());
        if (window.ends().filter(end -> end.isBefore(Instant.now())).isPresent()) {
            throw new IllegalArgumentException("until: expected a time to come, got " + until);
        }
        if (peers.agents().complete() && peers.agents().inventories().stream().noneMatch(host -> has(host, which))) {
            return Errors.answer(
                    HttpStatus.NOT_FOUND, "no agent tells of " + which + "; ./tomogrid slices lists what there is");
        }
        maintenance.drain(window);
        return accepted();
    }

    @PostMapping("/slices/undrain")
    ResponseEntity<String> undrain(@RequestParam String target) {
        Target which = Target.parse(target);
        return maintenance.undrain(which)
                ? accepted()
                : Errors.answer(HttpStatus.CONFLICT, which + " is not drained; GET /api/slices lists what is");
    }

    /** An operator has seen to a card; its agent asks the device whether it is well. */
    @PostMapping("/slices/heal")
    ResponseEntity<String> heal(@RequestParam String target, Operator.Said said) {
        Target which = Target.parse(target);
        if (which.gpu() == Target.ALL) {
            throw new IllegalArgumentException("target: expected HOST/gpuN, one card, got " + target);
        }
        try {
            Map<String, Object> healed =
                    peers.agents().forOneRequest(which.host()).heal(which.gpu());
            log.info("{} is healed {}", which, said.operator());
            return ResponseEntity.ok(Documents.json(healed));
        } catch (PeerRefused e) {
            return Errors.answer(HttpStatus.CONFLICT, e.getMessage());
        } catch (PeerUnreachable e) {
            return Errors.answer(HttpStatus.SERVICE_UNAVAILABLE, e.getMessage() + "; try again");
        }
    }

    private ResponseEntity<String> verb(String id, Optional<String> refusal) {
        if (jobs.find(id).isEmpty()) {
            return ApiController.unknown();
        }
        return refusal.map(why -> Errors.answer(HttpStatus.CONFLICT, why)).orElseGet(OperatorController::accepted);
    }

    private static boolean has(HostInventory host, Target target) {
        return host.host().equals(target.host())
                && (target.gpu() == Target.ALL || host.gpu(target.gpu()).isPresent());
    }

    private static Pauses.Target target(String protocol, String site) {
        if (!protocol.isEmpty() && !site.isEmpty()) {
            throw new IllegalArgumentException("protocol and site: expected one of them, or none for the whole queue");
        }
        if (!protocol.isEmpty()) {
            return new Pauses.Target(Pauses.Scope.PROTOCOL, Sql.text(protocol));
        }
        return site.isEmpty()
                ? new Pauses.Target(Pauses.Scope.QUEUE, "")
                : new Pauses.Target(Pauses.Scope.SITE, Sql.text(site));
    }

    private static Optional<Instant> instant(String name, String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(name + ": expected a time such as 2026-11-25T18:00:00Z, got " + text, e);
        }
    }

    private static Duration duration(String name, String text) {
        Matcher m = DURATION.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(name + ": expected a time such as 30s, 10m or 2h, got " + text);
        }
        ChronoUnit unit = switch (m.group(2)) {
            case "s" -> ChronoUnit.SECONDS;
            case "m" -> ChronoUnit.MINUTES;
            default -> ChronoUnit.HOURS;
        };
        return Duration.of(Long.parseLong(m.group(1)), unit);
    }

    private static ResponseEntity<String> accepted() {
        return ResponseEntity.accepted().body("{}");
    }
}
