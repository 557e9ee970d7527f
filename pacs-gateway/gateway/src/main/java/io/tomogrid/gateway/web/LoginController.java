package io.tomogrid.gateway.web;

import io.tomogrid.gateway.RequestFault;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Map;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/*
 * A login link is /login#TOKEN: what follows # stays in the browser, so the token is in no log, no Referer header, and a
 * program that only looks at links does not use it up. The page posts it.
 */
/** The way in for a browser, a link that works once, and the way out: docs/interfaces.md. */
@RestController
class LoginController {
    private final Sessions sessions;

    LoginController(Sessions sessions) {
        this.sessions = sessions;
    }

    /** For services only: whoever has the password may let a browser in. */
    @PostMapping(value = "/api/login-links", produces = "application/json")
    Map<String, String> link(HttpServletRequest request) {
        return Map.of(
                "url", request.getScheme() + "://" + request.getHeader(HttpHeaders.HOST) + "/login#" + sessions.link());
    }

    @PostMapping("/login")
    ResponseEntity<Void> enter(@RequestParam String token, HttpServletRequest request) {
        return sessions.enter(token, request)
                .map(cookie -> ResponseEntity.noContent()
                        .header(HttpHeaders.SET_COOKIE, cookie.toString())
                        .<Void>build())
                .orElseThrow(() -> RequestFault.forbidden(
                        "this link was used or is too old: ./tomogrid login prints another one"));
    }

    /** Also of a session that has ended already. */
    @PostMapping("/logout")
    ResponseEntity<Void> leave(HttpServletRequest request) {
        return ResponseEntity.status(HttpStatus.SEE_OTHER)
                .header(HttpHeaders.SET_COOKIE, sessions.leave(request).toString())
                // what the viewer kept in the browser
                .header("Clear-Site-Data", "\"storage\"")
                .location(URI.create("/login"))
                .build();
    }
}
