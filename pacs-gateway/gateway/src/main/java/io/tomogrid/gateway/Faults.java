package io.tomogrid.gateway;

import io.tomogrid.archive.DamagedRecordException;
import io.tomogrid.gateway.contract.Documents;
import java.io.UncheckedIOException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/** Every error is a document that says what was wrong and what to do next. */
@RestControllerAdvice
class Faults {
    private static final Logger log = LoggerFactory.getLogger(Faults.class);

    @ExceptionHandler
    ResponseEntity<String> refused(RequestFault fault) {
        return answer(fault.status(), fault.getMessage());
    }

    @ExceptionHandler
    ResponseEntity<String> wrongParameter(MethodArgumentTypeMismatchException fault) {
        return answer(400, fault.getName() + ": expected a number");
    }

    @ExceptionHandler
    ResponseEntity<String> database(DataAccessException fault) {
        log.error("a request failed at the database", fault);
        return answer(503, "the gateway's database does not answer; its log says why, try again");
    }

    @ExceptionHandler
    ResponseEntity<String> archive(UncheckedIOException fault) {
        log.error("a request failed at the archive", fault);
        return answer(503, "the archive does not take it: " + fault.getMessage());
    }

    @ExceptionHandler
    ResponseEntity<String> damaged(DamagedRecordException fault) {
        log.error("a request met a damaged record", fault);
        return answer(500, "the archive is damaged: " + fault.getMessage());
    }

    private static ResponseEntity<String> answer(int status, String message) {
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Documents.json(Map.of("error", message)));
    }
}
