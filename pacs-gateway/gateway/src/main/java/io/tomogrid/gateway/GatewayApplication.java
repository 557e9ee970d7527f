package io.tomogrid.gateway;

import java.time.Clock;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** The front door: DICOM and HTTP on loopback, an archive and an index in PostgreSQL behind them. */
@SpringBootApplication
@EnableConfigurationProperties(GatewayProperties.class)
@ConfigurationPropertiesScan({"io.tomogrid.gateway.web", "io.tomogrid.gateway.dicomweb", "io.tomogrid.gateway.integrity"
})
public class GatewayApplication {

    public static void main(String[] args) {
        SpringApplication application = application();
        application.setRegisterShutdownHook(true);
        application.run(args);
    }

    /**
     * @param properties settings of this instance: {@code tomogrid.gateway.*}, {@code spring.datasource.*},
     *     {@code tomogrid.token}; {@code server.port} is any free one unless it is given
     */
    public static ConfigurableApplicationContext start(Map<String, Object> properties) {
        return start(properties, context -> {});
    }

    /** @param more adds beans of whoever runs this gateway together with other services */
    public static ConfigurableApplicationContext start(
            Map<String, Object> properties, Consumer<GenericApplicationContext> more) {
        SpringApplication application = application();
        application.addInitializers(context -> more.accept((GenericApplicationContext) context));
        application.addInitializers(context -> context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("start", Map.copyOf(properties))));
        return application.run();
    }

    private static SpringApplication application() {
        SpringApplication application = new SpringApplication(GatewayApplication.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setRegisterShutdownHook(false);
        application.setDefaultProperties(Map.ofEntries(
                Map.entry("spring.application.name", "pacs-gateway"),
                Map.entry("server.address", "127.0.0.1"),
                Map.entry("server.port", "0"),
                // STOW reads its multipart body itself, as it comes
                Map.entry("spring.servlet.multipart.enabled", "false"),
                Map.entry("server.tomcat.max-swallow-size", "64MB"),
                Map.entry("spring.threads.virtual.enabled", "true"),
                Map.entry("spring.jmx.enabled", "false"),
                Map.entry("spring.flyway.locations", "classpath:db/gateway"),
                Map.entry("spring.flyway.default-schema", "gateway"),
                Map.entry("spring.datasource.hikari.schema", "gateway"),
                Map.entry("spring.datasource.hikari.pool-name", "gateway"),
                // PostgreSQL's details quote whole rows, and rows hold patient data.
                Map.entry("spring.datasource.hikari.data-source-properties.logServerErrorDetail", "false"),
                Map.entry("management.endpoints.web.exposure.include", "health,metrics")));
        return application;
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
