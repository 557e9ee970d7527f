package io.tomogrid.node.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.net.Association;
import io.tomogrid.dicom.net.AssociationRequest;
import io.tomogrid.dicom.net.AssociationRequest.Syntax;
import io.tomogrid.dicom.net.DimseStatus;
import io.tomogrid.dicom.synthetic.SyntheticStudy;
import io.tomogrid.node.Node;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.node.send.Outgoing;
import io.tomogrid.node.send.StudyFiles;
import io.tomogrid.node.send.StudySender;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** DEP-01: the image is built and run, takes images, and ends at a signal. */
@Tag("cluster")
class ImageTest {
    private static final String BASE = "localhost/tomogrid-base:bookworm";
    private static final String IMAGE = "localhost/tomogrid-node:test";
    private static final Duration START = Duration.ofMinutes(4);

    private static Containers containers;
    private static String name;
    private static int dicomPort;

    @BeforeAll
    static void build() throws Exception {
        try {
            NodeConfig.Layout.find();
        } catch (IOException notBuilt) {
            assumeTrue(false, notBuilt.getMessage());
        }
        Path folder = Path.of(System.getProperty("tomogrid.root"), ".tomogrid", "image")
                .toAbsolutePath();
        containers = Containers.at(folder);
        makeBase(folder.resolve("base.tar"));
        containers.must(
                "buildah",
                "build",
                "--format",
                "docker",
                "--isolation",
                "chroot",
                "--network",
                "host",
                "--ignorefile",
                "deploy/image/Containerfile.dockerignore",
                "--build-arg",
                "BASE=" + BASE,
                "-t",
                IMAGE,
                "-f",
                "deploy/image/Containerfile",
                ".");
        name = "tomogrid-test-" + UUID.randomUUID();
        dicomPort = Node.freePort();
        start();
    }

    @AfterAll
    static void remove() throws Exception {
        if (name != null) {
            containers.run("podman", "rm", "-f", name);
            containers.run("podman", "volume", "rm", "-f", name);
        }
    }

    /** From Debian's packages, since a registry of images may be out of reach. */
    private static void makeBase(Path tar) throws Exception {
        if (containers.run("podman", "image", "exists", BASE).exit() == 0) {
            return;
        }
        Containers.Said made = containers.run("deploy/image/base.sh", tar.toString());
        assumeTrue(made.exit() == 0, "no base for the image can be made here: " + made.text());
        containers.must("podman", "import", tar.toString(), BASE);
        java.nio.file.Files.delete(tar);
    }

    /** As README.md there says: nothing but the volume can be written, and it has no rights at all. */
    private static void start() throws Exception {
        Containers.Said run = containers.run(
                "podman",
                "run",
                "-d",
                "--name",
                name,
                "--read-only",
                "--tmpfs",
                "/tmp",
                "--cap-drop",
                "all",
                "--security-opt",
                "no-new-privileges",
                "-v",
                name + ":/var/lib/tomogrid",
                "-p",
                "127.0.0.1:" + dicomPort + ":11112",
                IMAGE);
        assumeTrue(run.exit() == 0, "podman cannot run a container here: " + run.text());
        Instant deadline = Instant.now().plus(START);
        Containers.Said doctor = doctor();
        while (doctor.exit() != 0) {
            assertThat(Instant.now())
                    .as("the node starts: %s %s", doctor.text(), containers.run("podman", "logs", name))
                    .isBefore(deadline);
            Thread.sleep(2000);
            doctor = doctor();
        }
    }

    private static Containers.Said doctor() throws Exception {
        return containers.run("podman", "exec", name, "tomogrid", "doctor", "--running");
    }

    @Test
    void it_takes_images_and_keeps_them_when_a_signal_ends_it() throws Exception {
        echo();
        List<Outgoing> instances = new ArrayList<>();
        for (Dataset dataset : SyntheticStudy.of(21)) {
            if (instances.size() < 5) {
                instances.add(StudyFiles.of(dataset));
            }
        }
        StudySender.Report report = new StudySender("127.0.0.1", dicomPort, "STORESCU", "TOMOGRID", 1)
                .send(instances.iterator(), StudySender.syntaxes(instances), n -> {});
        assertThat(report.stored()).isEqualTo(5);
        assertThat(report.refused()).isEmpty();
        assertThat(doctor().text()).contains("5 stored");

        containers.must("podman", "stop", "-t", "60", name);
        assertThat(containers.must("podman", "inspect", "--format", "{{.State.ExitCode}}", name))
                .as("ended by SIGTERM and not killed")
                .endsWith("143");
        String left = containers.must(
                "podman",
                "run",
                "--rm",
                "--no-healthcheck",
                "--network",
                "none",
                "-v",
                name + ":/var/lib/tomogrid",
                "--entrypoint",
                "sh",
                IMAGE,
                "-c",
                "ls node node/archive/segments; id -u");
        assertThat(left)
                .as("an orderly end takes the announcement away")
                .contains("0000000001.seg")
                .doesNotContain("node.json")
                .endsWith("65532");
    }

    /** Nothing of this machine, no secret, and no right to change itself. */
    @Test
    void it_says_what_it_is_and_holds_no_secret() throws Exception {
        String config = containers.must("podman", "inspect", "--type", "image", "--format", "{{json .Config}}", IMAGE);
        assertThat(config)
                .contains("\"User\":\"65532:65532\"", "11112/tcp", "8080/tcp", "/var/lib/tomogrid", "SIGTERM")
                .contains("org.opencontainers.image.title", "org.opencontainers.image.version")
                .doesNotContainIgnoringCase("token")
                .doesNotContainIgnoringCase("password");
        assertThat(containers.must("podman", "inspect", "--type", "image", "--format", "{{json .HealthCheck}}", IMAGE))
                .contains("doctor", "--running");
        assertThat(containers.must(
                        "podman",
                        "run",
                        "--rm",
                        "--no-healthcheck",
                        "--network",
                        "none",
                        "--entrypoint",
                        "find",
                        IMAGE,
                        "/opt/tomogrid",
                        "-writable",
                        "-type",
                        "f"))
                .as("files that the node may change outside its volume")
                .isEmpty();
    }

    private static void echo() throws IOException {
        try (Association association = Association.open(AssociationRequest.storing(
                "127.0.0.1",
                dicomPort,
                "ECHOSCU",
                "TOMOGRID",
                List.of(new Syntax("1.2.840.10008.1.1", "1.2.840.10008.1.2"))))) {
            assertThat(association.echo()).isEqualTo(DimseStatus.SUCCESS);
        }
    }
}
