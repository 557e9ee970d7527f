package io.tomogrid.inference.service;

import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.pack.ModelStore;
import io.tomogrid.inference.runtime.SuvThreshold;
import io.tomogrid.inference.service.runner.Runners;
import io.tomogrid.inference.service.swap.Models;
import io.tomogrid.inference.trust.TrustPolicy;
import io.tomogrid.inference.trust.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** The model service: Open Inference Protocol v2 over HTTP on loopback. */
@SpringBootApplication(
        excludeName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration",
            "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration"
        })
@EnableConfigurationProperties(InferenceProperties.class)
public class InferenceApplication {

    public static void main(String[] args) {
        application().run(args);
    }

    /** @param properties settings of this instance, e.g. {@code tomogrid.inference.repository} */
    public static ConfigurableApplicationContext start(Map<String, Object> properties) {
        SpringApplication application = application();
        application.addInitializers(context -> context.getEnvironment()
                .getPropertySources()
                .addFirst(new org.springframework.core.env.MapPropertySource("start", Map.copyOf(properties))));
        return application.run();
    }

    private static SpringApplication application() {
        SpringApplication application = new SpringApplication(InferenceApplication.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setRegisterShutdownHook(false);
        application.setDefaultProperties(Map.of(
                "spring.application.name", "inference-service",
                "server.address", "127.0.0.1",
                "server.port", "0",
                "server.tomcat.max-swallow-size", "-1",
                "spring.threads.virtual.enabled", "true",
                "management.endpoints.web.exposure.include", "health"));
        return application;
    }

    /** The models of the store, with that which Tomogrid ships put into it, each taken up where it was. */
    @Bean(destroyMethod = "close")
    Models models(InferenceProperties properties) throws IOException, ModelException {
        Set<String> trusted = new HashSet<>(properties.trusted());
        trusted.add(SuvThreshold.write(properties.repository()).digest());
        Path scratch = Path.of(
                System.getProperty("java.io.tmpdir"),
                "tomogrid-models-" + ProcessHandle.current().pid());
        var models = new Models(
                new Models.Settings(properties.state(), properties.pinIdle(), properties.proofLimit()),
                ModelStore.at(properties.repository()),
                pack -> verdict(pack, properties.trust(), trusted),
                new Runners(
                        properties.threads(),
                        properties.runLimit(),
                        scratch,
                        properties.childMemory().toBytes(),
                        new Runners.Batching(properties.maxBatch(), properties.batchDelay()),
                        properties.flips()));
        models.start();
        return models;
    }

    private static Verdict verdict(ModelPackage pack, Path policy, Set<String> trusted) {
        try {
            return (policy != null && Files.exists(policy)
                            ? TrustPolicy.read(policy, trusted)
                            : TrustPolicy.shipped(trusted))
                    .verify(pack);
        } catch (ModelException e) {
            return new Verdict.Refused(e.getMessage(), "mend the policy");
        }
    }
}
