package io.tomogrid.manager;

import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.firewall.StrictHttpFirewall;

/** No anonymous HTTP but for health; the node's token is the password; names other than loopback's are refused. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {

    @Bean
    SecurityFilterChain chain(HttpSecurity http) throws Exception {
        return http.csrf(AbstractHttpConfigurer::disable)
                .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .authorizeHttpRequests(requests -> requests.requestMatchers("/actuator/health")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .httpBasic(basic -> basic.authenticationEntryPoint((request, response, refusal) -> {
                    response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
                    response.setHeader("WWW-Authenticate", "Basic realm=\"tomogrid\"");
                    response.setContentType("application/json");
                    response.getWriter()
                            .write("{\"error\":\"give the user tomogrid and the token of TOMOGRID_TOKEN\"}");
                }))
                .build();
    }

    @Bean
    UserDetailsService users(@Value("${tomogrid.token}") String token) {
        return new InMemoryUserDetailsManager(User.withUsername("tomogrid")
                .password("{noop}" + token)
                .roles("SERVICE")
                .build());
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
