package io.tomogrid.manager;

import io.tomogrid.cluster.contract.Documents;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What the command line and the console ask; what operators want is in {@link OperatorController}. See {@code docs/interfaces.md}, "Manager". */
@RestController
@RequestMapping(path = "/api", produces = "application/json")
class ApiController {
    private static final int MOST = 1000;

    private final View view;

    ApiController(View view) {
        this.view = view;
    }

    @GetMapping("/jobs")
    String jobs(@RequestParam Optional<String> study, @RequestParam(defaultValue = "100") int limit) {
        return Documents.json(view.jobs(study.orElse(""), limit(limit)));
    }

    @GetMapping("/jobs/{id}")
    ResponseEntity<String> job(@PathVariable String id) {
        return view.job(id).map(job -> ResponseEntity.ok(Documents.json(job))).orElseGet(() -> unknown());
    }

    @GetMapping("/slices")
    String slices() {
        return Documents.json(view.slices());
    }

    @GetMapping("/status")
    String status() {
        return Documents.json(view.status());
    }

    @GetMapping("/unmatched")
    String unmatched(@RequestParam(defaultValue = "100") int limit) {
        return Documents.json(view.unmatched(limit(limit)));
    }

    private static int limit(int limit) {
        if (limit < 1 || limit > MOST) {
            throw new IllegalArgumentException("limit: expected 1 to " + MOST + ", got " + limit);
        }
        return limit;
    }

    static ResponseEntity<String> unknown() {
        return Errors.answer(HttpStatus.NOT_FOUND, "no job has this id; GET /api/jobs lists those that there are");
    }
}
