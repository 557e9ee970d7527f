package io.tomogrid.inference.service;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.inference.client.MalformedMessage;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.service.swap.NotServed;
import java.io.IOException;
import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Errors as the Open Inference Protocol wants them: {@code {"error": "…"}}. */
@RestControllerAdvice
class Refusals {

    @ExceptionHandler({ModelException.class, MalformedMessage.class})
    ResponseEntity<String> refused(Exception e) throws IOException {
        return answer(400, e.getMessage());
    }

    @ExceptionHandler
    ResponseEntity<String> notServed(NotServed e) throws IOException {
        return answer(
                switch (e.kind()) {
                    case UNKNOWN -> 404;
                    case CONFLICT -> 409;
                    case TOO_MUCH -> 429;
                    case LATER -> 503;
                },
                e.getMessage());
    }

    private static ResponseEntity<String> answer(int status, String error) throws IOException {
        var response = ResponseEntity.status(status).header("Content-Type", "application/json");
        if (status == 429 || status == 503) {
            response.header("Retry-After", "1");
        }
        return response.body(JSON.std.asString(Map.of("error", String.valueOf(error))));
    }
}
