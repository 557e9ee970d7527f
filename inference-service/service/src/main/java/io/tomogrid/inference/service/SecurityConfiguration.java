package io.tomogrid.inference.service;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.crypto.password.PasswordEncoder;
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
                .authorizeHttpRequests(requests -> requests.requestMatchers("/actuator/health", "/v2/health/**")
                        .permitAll()
                        .anyRequest()
                        .authenticated())
                .httpBasic(Customizer.withDefaults())
                .build();
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
