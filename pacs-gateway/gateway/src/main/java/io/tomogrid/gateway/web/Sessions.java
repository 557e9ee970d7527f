package io.tomogrid.gateway.web;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.http.ResponseCookie;
import org.springframework.stereotype.Component;

/** Who came in by a login link, known by a cookie. */
@Component
public final class Sessions {
    private final Keys links;
    private final Keys sessions;

    Sessions(Clock clock, WebProperties properties) {
        this.links = new Keys(clock, properties.loginLink());
        this.sessions = new Keys(clock, properties.session());
    }

    /** A token that lets a browser in, once. */
    String link() {
        return links.make();
    }

    /** The cookie of a new session, if the token is good; it is good no more. */
    Optional<ResponseCookie> enter(String token, HttpServletRequest request) {
        return links.use(token) ? Optional.of(cookie(sessions.make(), request)) : Optional.empty();
    }

    /** Whether the request comes from a browser that is logged in. */
    public boolean known(HttpServletRequest request) {
        return values(request).anyMatch(sessions::touch);
    }

    /** Ends the session of the request, if it has one. @return the cookie that takes the place of its own */
    ResponseCookie leave(HttpServletRequest request) {
        values(request).forEach(sessions::use);
        return cookie("", request).mutate().maxAge(0).build();
    }

    private static Stream<String> values(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        return cookies == null
                ? Stream.empty()
                : Arrays.stream(cookies)
                        .filter(c -> c.getName().equals(name(request)))
                        .map(Cookie::getValue);
    }

    private static ResponseCookie cookie(String session, HttpServletRequest request) {
        return ResponseCookie.from(name(request), session)
                .httpOnly(true)
                .sameSite("Strict")
                .path("/")
                .build();
    }

    /** Browsers give a cookie to every port of a host: two nodes must not take each other's. */
    private static String name(HttpServletRequest request) {
        return "tomogrid-" + request.getServerPort();
    }
}
