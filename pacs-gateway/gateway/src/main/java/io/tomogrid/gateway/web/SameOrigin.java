package io.tomogrid.gateway.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/*
 * A cookie with SameSite=Strict is not sent from pages of other sites, but every port of this machine is the same site. So
 * what a browser says about the page that asks is looked at too: Origin with every request that changes something,
 * Sec-Fetch-Site with every one that is not a navigation. Programs send neither, and come with the password.
 */
/** Lets a browser in by its session, and refuses what another page made it ask for (WEB-05). */
public final class SameOrigin extends OncePerRequestFilter {
    private final Sessions sessions;

    public SameOrigin(Sessions sessions) {
        this.sessions = sessions;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        String origin = request.getHeader("Origin");
        String site = request.getHeader("Sec-Fetch-Site");
        boolean foreign = origin != null && !origin.equals(own(request))
                || site != null && !site.equals("same-origin") && !site.equals("none") && !navigates(request, reads);
        boolean session = sessions.known(request);
        if (foreign || session && !reads && origin == null) {
            response.setStatus(HttpServletResponse.SC_FORBIDDEN);
            response.setContentType("application/json");
            response.getWriter().write("{\"error\":\"this request came from another page; open this site itself\"}");
            return;
        }
        if (session) {
            SecurityContextHolder.getContext()
                    .setAuthentication(UsernamePasswordAuthenticationToken.authenticated(
                            "browser", null, List.copyOf(AuthorityUtils.createAuthorityList("ROLE_BROWSER"))));
        }
        chain.doFilter(request, response);
    }

    /** A fault is answered to the same session. */
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    private static boolean navigates(HttpServletRequest request, boolean reads) {
        return reads && "navigate".equals(request.getHeader("Sec-Fetch-Mode"));
    }

    private static String own(HttpServletRequest request) {
        return request.getScheme() + "://" + request.getHeader("Host");
    }
}
