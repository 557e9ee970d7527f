package io.tomogrid.gateway;

import io.tomogrid.gateway.web.SameOrigin;
import io.tomogrid.gateway.web.Sessions;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.writers.CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;

/**
 * No anonymous HTTP but for health and the login page. Services come with the node's token as the password, browsers with
 * the session that a login link gave them; names other than loopback's are refused.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
    /** Scripts from here only, none inline, no eval; WebAssembly and workers are the viewer's decoders. */
    private static final String PAGES =
            "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:;"
                    + " style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:;"
                    + " connect-src 'self' blob: data:; object-src 'none'; base-uri 'self'; form-action 'self';"
                    + " frame-ancestors 'none'";

    private static final String[] LOGIN = {"/login", "/logout", "/web/login.js", "/web/style.css"};

    @Bean
    SecurityFilterChain chain(HttpSecurity http, Sessions sessions) throws Exception {
        return http.csrf(AbstractHttpConfigurer::disable) // SameOrigin takes its place
                .logout(AbstractHttpConfigurer::disable) // LoginController ends our sessions
                .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .addFilterBefore(new SameOrigin(sessions), BasicAuthenticationFilter.class)
                .authorizeHttpRequests(requests -> requests.requestMatchers("/actuator/health")
                        .permitAll()
                        .requestMatchers(LOGIN)
                        .permitAll()
                        .requestMatchers("/api/login-links")
                        .hasRole("SERVICE")
                        .requestMatchers(HttpMethod.PUT)
                        .hasRole("SERVICE")
                        .anyRequest()
                        .authenticated())
                .httpBasic(basic -> basic.authenticationEntryPoint(SecurityConfiguration::refuse))
                .exceptionHandling(faults -> faults.accessDeniedHandler((request, response, denied) ->
                        answer(response, 403, "only a service may do this: with the token of TOMOGRID_TOKEN")))
                .headers(headers -> headers.contentSecurityPolicy(policy -> policy.policyDirectives(PAGES))
                        .referrerPolicy(policy -> policy.policy(ReferrerPolicy.SAME_ORIGIN))
                        .crossOriginResourcePolicy(policy -> policy.policy(CrossOriginResourcePolicy.SAME_ORIGIN))
                        .crossOriginOpenerPolicy(policy -> policy.policy(CrossOriginOpenerPolicy.SAME_ORIGIN)))
                .build();
    }

    /** A person is shown the way in; a page's own request must not make the browser ask for a password. */
    private static void refuse(
            HttpServletRequest request, HttpServletResponse response, AuthenticationException refusal)
            throws IOException {
        String accept = request.getHeader("Accept");
        if (request.getMethod().equals("GET") && accept != null && accept.contains("text/html")) {
            response.sendRedirect("/login");
            return;
        }
        if (request.getHeader("Sec-Fetch-Site") == null) {
            response.setHeader("WWW-Authenticate", "Basic realm=\"tomogrid\"");
        }
        answer(
                response,
                401,
                "services give the user tomogrid and the token of TOMOGRID_TOKEN; a browser needs a login link,"
                        + " ./tomogrid login prints one");
    }

    private static void answer(HttpServletResponse response, int status, String error) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        response.getWriter().write("{\"error\":\"" + error + "\"}");
    }

    @Bean
    UserDetailsService users(@Value("${tomogrid.token:}") String token) {
        if (token.isBlank()) {
            throw new IllegalStateException(
                    "no token: set the environment variable TOMOGRID_TOKEN (or the property tomogrid.token)");
        }
        return new InMemoryUserDetailsManager(
                User.withUsername("tomogrid").password(token).roles("SERVICE").build());
    }

    /**
     * The token is random and lives in memory only: nothing is gained by hashing it slowly, as Spring's default would for
     * every request.
     */
    @Bean
    PasswordEncoder tokens() {
        return new PasswordEncoder() {
            @Override
            public String encode(CharSequence token) {
                return token.toString();
            }

            @Override
            public boolean matches(CharSequence token, String expected) {
                return MessageDigest.isEqual(
                        token.toString().getBytes(StandardCharsets.UTF_8), expected.getBytes(StandardCharsets.UTF_8));
            }
        };
    }

    /** A page of another site that resolves its own name to this machine must not reach the service. */
    @Bean
    StrictHttpFirewall firewall() {
        var firewall = new StrictHttpFirewall();
        firewall.setAllowedHostnames(
                host -> host.equals("127.0.0.1") || host.equals("localhost") || host.equals("[::1]"));
        return firewall;
    }
}
