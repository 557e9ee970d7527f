package io.tomogrid.manager;

import java.io.IOException;
import java.net.http.HttpClient;
import java.util.HashMap;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.MapPropertySource;

/** The cluster manager: jobs, leases and their scheduler behind HTTP on loopback. */
@SpringBootApplication
@EnableConfigurationProperties({ManagerProperties.class, AgentTls.class})
public class ManagerApplication {

    public static void main(String[] args) {
        application().run(args);
    }

    /** @param properties settings of this instance: {@code tomogrid.manager.*}, {@code tomogrid.token}, {@code spring.datasource.*} */
    public static ConfigurableApplicationContext start(Map<String, Object> properties) {
        SpringApplication application = application();
        application.addInitializers(context -> context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("start", Map.copyOf(properties))));
        return application.run();
    }

    private static SpringApplication application() {
        SpringApplication application = new SpringApplication(ManagerApplication.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setRegisterShutdownHook(false);
        Map<String, Object> defaults = new HashMap<>();
        defaults.put("spring.application.name", "cluster-manager");
        defaults.put("server.address", "127.0.0.1");
        defaults.put("server.port", "0");
        defaults.put("spring.threads.virtual.enabled", "true");
        defaults.put("spring.jmx.enabled", "false");
        defaults.put("spring.flyway.locations", "classpath:db/manager");
        defaults.put("spring.flyway.schemas", "manager");
        defaults.put("spring.flyway.default-schema", "manager");
        defaults.put("spring.datasource.hikari.maximum-pool-size", "6");
        defaults.put("spring.datasource.hikari.pool-name", "manager");
        // PostgreSQL's details quote whole rows.
        defaults.put("spring.datasource.hikari.data-source-properties.logServerErrorDetail", "false");
        defaults.put("management.endpoints.web.exposure.include", "health,metrics");
        application.setDefaultProperties(defaults);
        return application;
    }

    @Bean
    HttpClient http(ManagerProperties properties) {
        return client(properties).build();
    }

    @Bean
    Peers peers(ManagerProperties properties, HttpClient http, AgentTls tls, @Value("${tomogrid.token}") String token)
            throws IOException {
        return new Peers(properties, token, http, tls.client(client(properties)));
    }

    private static HttpClient.Builder client(ManagerProperties properties) {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(properties.timeout());
    }
}
