package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.engine.Parallel;
import io.tomogrid.engine.ct.CtReconstruction;
import io.tomogrid.engine.ct.Kernel;
import io.tomogrid.imaging.ct.CtScanException;
import io.tomogrid.imaging.ct.ExampleCt;
import io.tomogrid.node.NodeConfig;
import io.tomogrid.node.NodeHome;
import io.tomogrid.node.demo.Demo;
import io.tomogrid.node.reconstruct.CtSeries;
import io.tomogrid.node.reconstruct.PetsirdStudy;
import io.tomogrid.node.reconstruct.PhantomPictures;
import io.tomogrid.node.reconstruct.ProjectionFolder;
import io.tomogrid.node.send.Outgoing;
import io.tomogrid.node.send.StudyFiles;
import io.tomogrid.node.send.StudySender;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tomogrid reconstruct}: CT projections of a folder to a CT series, raw PET data through a node to a PET series. */
@Command(
        name = "reconstruct",
        description =
                "Reconstructs the CT projections (DICOM-CT-PD) under DIR to a CT series in DIR/ct, or, with --node,"
                        + " sends them to the running node, whose rule for raw data does the same on a slice. Raw PET data"
                        + " under DIR always goes through a node: the running one with --node, else one of its own, kept"
                        + " in DIR/node.",
        mixinStandardHelpOptions = true)
public final class ReconstructCommand implements Callable<Integer> {
    private static final String CALLING_AE = "TOMOGRID_SCU";
    private static final int ASSOCIATIONS = 2;

    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(names = "--generate", description = "First fill DIR with the projections of a helical phantom scan.")
    private boolean generate;

    /** What --generate makes. */
    enum Kind {
        CT,
        PETSIRD
    }

    @Option(
            names = "--kind",
            description =
                    "Of --generate: CT, projections of a helical scan, or PETSIRD, list-mode of a PET with time of"
                            + " flight, and its CT (default: ${DEFAULT-VALUE}).",
            defaultValue = "CT")
    private Kind kind;

    @Option(names = "--seed", description = "Of the generated noise (default: ${DEFAULT-VALUE}).", defaultValue = "1")
    private long seed;

    @Option(names = "--node", description = "Let the running node do it.")
    private boolean node;

    @Option(names = "--to", paramLabel = "AE@HOST:PORT", description = "Send the CT series to this Storage SCP.")
    private String to;

    @Option(names = "--kernel", description = "ramp or hann (default: ${DEFAULT-VALUE}).", defaultValue = "RAMP")
    private Kernel kernel;

    @Option(
            names = "--across",
            description = "Voxels across (default: as many as the detector has columns, 512 at most).")
    private int across;

    @Option(names = "--voxel", paramLabel = "MM", description = "Side of a voxel (default: fills the field of view).")
    private double voxelMm;

    @Option(
            names = "--slice",
            paramLabel = "MM",
            description = "Distance of slices (default: a detector row at the axis).")
    private double sliceMm;

    @Option(
            names = "--pictures",
            paramLabel = "FOLDER",
            description = "With --generate: write phantom, reconstruction and difference as PNG.")
    private Path pictures;

    @Option(names = "--json", description = "Print the report as JSON.")
    private boolean json;

    @Parameters(paramLabel = "DIR")
    private Path folder;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (pictures != null && !generate) {
            throw new IllegalArgumentException("--pictures needs --generate: only of a phantom is the truth known");
        }
        if (generate && kind == Kind.PETSIRD) {
            PetsirdStudy.generate(folder, seed);
        } else if (generate) {
            ProjectionFolder.generate(folder, seed);
        }
        Map<String, Object> report = petRaw() ? pet() : node ? throughNode() : here();
        if (json) {
            out.println(JSON.std.asString(report));
        } else {
            report.forEach((what, value) -> out.println(what + ": " + value));
        }
        return report.containsKey("refused") ? 1 : 0;
    }

    private boolean petRaw() throws IOException {
        return Files.isDirectory(folder) && PetsirdStudy.in(StudyFiles.under(folder));
    }

    /** Through the running node, or one that is started for it, whose PACS is a folder. */
    private Map<String, Object> pet() throws IOException {
        Map<String, Object> report = new LinkedHashMap<>();
        if (node) {
            NodeHome.Running running = home.running();
            var sender = new StudySender("127.0.0.1", running.dicomPort(), CALLING_AE, running.aeTitle(), ASSOCIATIONS);
            send(sender, StudyFiles.under(folder).instances(), report);
            report.put("next", "./tomogrid jobs");
            return report;
        }
        Path own = folder.resolve("node");
        PrintWriter progress = spec.commandLine().getErr();
        Demo.Ending ending = new Demo(own, false, "auto", Optional.empty(), folder, 1, Demo.Raw.PETSIRD, progress)
                .run((running, ended) -> {});
        report.put("study", ending.study());
        List<Outgoing> series = new ArrayList<>();
        if (ending.good()) {
            series.addAll(StudyFiles.under(own.resolve("pacs")).instances());
            report.put("images", series.size());
            report.put("series", own.resolve("pacs").toString());
        } else {
            report.put("refused", "the job did not end well: see above");
        }
        if (to != null && !series.isEmpty()) {
            NodeConfig.Destination peer = NodeConfig.Destination.parse(to);
            send(new StudySender(peer.host(), peer.port(), CALLING_AE, peer.aeTitle(), ASSOCIATIONS), series, report);
        }
        return report;
    }

    private Map<String, Object> throughNode() throws IOException {
        ProjectionFolder projections = ProjectionFolder.read(folder);
        NodeHome.Running running = home.running();
        var sender = new StudySender("127.0.0.1", running.dicomPort(), CALLING_AE, running.aeTitle(), ASSOCIATIONS);
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("study", CtSeries.studyUid(projections));
        send(sender, outgoing(projections.views()), report);
        report.put("next", "./tomogrid jobs");
        return report;
    }

    private Map<String, Object> here() throws IOException, CtScanException {
        ProjectionFolder projections = ProjectionFolder.read(folder);
        var scan = projections.series().scan();
        var usual = CtReconstruction.Wanted.of(scan.detector(), kernel);
        var wanted = new CtReconstruction.Wanted(across > 0 ? across : usual.across(), voxelMm, sliceMm, kernel);
        long start = System.nanoTime();
        CtReconstruction image =
                CtReconstruction.of(scan, projections.series().waterPerMm(), wanted, Parallel.onAllProcessors());
        double seconds = (System.nanoTime() - start) * 1e-9;
        List<Dataset> slices = CtSeries.of(projections, image, kernel, Instant.now());
        Path series = Files.createDirectories(folder.resolve("ct"));
        for (int k = 0; k < slices.size(); k++) {
            ProjectionFolder.write(series.resolve(String.format(Locale.ROOT, "ct-%04d.dcm", k + 1)), slices.get(k));
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("study", CtSeries.studyUid(projections));
        report.put("method", image.method());
        report.put("views", scan.views().size());
        report.put(
                "voxels",
                List.of(image.grid().nx(), image.grid().ny(), image.grid().nz()));
        report.put("seconds", Math.rint(seconds * 1000) / 1000);
        report.put("series", series.toString());
        if (generate) {
            var phantom = new PhantomPictures(ExampleCt.PHANTOM, image, ExampleCt.CENTRE_Z);
            Map<String, Object> means = new LinkedHashMap<>();
            phantom.means()
                    .forEach((place, hu) ->
                            means.put(place, List.of(Math.rint(hu.measured() * 10) / 10, Math.rint(hu.truth()))));
            report.put("hu-and-truth", means);
            if (pictures != null) {
                phantom.write(pictures);
            }
        }
        if (to != null) {
            NodeConfig.Destination peer = NodeConfig.Destination.parse(to);
            send(
                    new StudySender(peer.host(), peer.port(), CALLING_AE, peer.aeTitle(), ASSOCIATIONS),
                    outgoing(slices),
                    report);
        }
        return report;
    }

    private static List<Outgoing> outgoing(List<Dataset> instances) throws IOException {
        List<Outgoing> outgoing = new ArrayList<>();
        for (Dataset instance : instances) {
            outgoing.add(StudyFiles.of(instance));
        }
        return outgoing;
    }

    private static void send(StudySender sender, List<Outgoing> outgoing, Map<String, Object> report)
            throws IOException {
        StudySender.Report sent = sender.send(outgoing.iterator(), StudySender.syntaxes(outgoing), n -> {});
        report.put("sent", sent.stored());
        if (!sent.refused().isEmpty()) {
            report.put("refused", sent.refused().get(0).answer());
        }
    }
}
