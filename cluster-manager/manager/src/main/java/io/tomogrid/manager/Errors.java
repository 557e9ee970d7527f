package io.tomogrid.manager;

import io.tomogrid.cluster.contract.Documents;
import java.util.Map;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Every refusal is {@code {"error": …}}. */
@RestControllerAdvice
public class Errors extends ResponseEntityExceptionHandler {
    private static final Logger log = LoggerFactory.getLogger(Errors.class);

    public static ResponseEntity<String> answer(HttpStatusCode status, String error) {
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .body(Documents.json(Map.of("error", error)));
    }

    @ExceptionHandler(IllegalArgumentException.class)
    ResponseEntity<String> malformed(IllegalArgumentException e) {
        return answer(HttpStatus.BAD_REQUEST, e.getMessage());
    }

    @ExceptionHandler(InvalidParameterException.class)
    ResponseEntity<String> undecodable(InvalidParameterException e) {
        return answer(HttpStatus.BAD_REQUEST, "the query is not UTF-8 in percent-encoding");
    }

    @ExceptionHandler(RuntimeException.class)
    ResponseEntity<String> broken(RuntimeException e) {
        log.error("a request failed", e);
        return answer(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "the request failed; the manager's log says why. Is its database up? Try again");
    }

    /** What Spring itself refuses: unknown paths, methods, malformed parameters. */
    @Override
    protected ResponseEntity<Object> handleExceptionInternal(
            Exception e, Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        var answer = answer(
                status,
                HttpStatus.valueOf(status.value()).getReasonPhrase() + ": "
                        + "see docs/interfaces.md, Manager, for what can be asked here");
        return ResponseEntity.status(status)
                .headers(headers)
                .contentType(MediaType.APPLICATION_JSON)
                .body(answer.getBody());
    }
}
