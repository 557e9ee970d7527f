package io.tomogrid.gateway.dicomweb;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.codec.UndecodableException;
import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.DatasetReader;
import io.tomogrid.dicom.DicomFormatException;
import io.tomogrid.dicom.Element;
import io.tomogrid.dicom.ReadLimits;
import io.tomogrid.dicom.Uid;
import io.tomogrid.gateway.RequestFault;
import io.tomogrid.gateway.dicomweb.StoredInstances.Stored;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** WADO-RS, PS3.18 section 10.4: studies, series, instances, their metadata, frames and bulk data. */
@RestController
@RequestMapping("/dicom-web")
class RetrieveController {
    private static final String INSTANCE = "/studies/{study}/series/{series}/instances/{instance}";
    private static final ReadLimits VALUES =
            new ReadLimits(ReadLimits.DEFAULT.maxDepth(), ReadLimits.DEFAULT.maxElements(), 512L << 20);

    private final StoredInstances instances;
    private final Rendition renditions;
    private final Metadata metadata;
    private final PreparedMetadata prepared;

    RetrieveController(StoredInstances instances, SegmentReader archive, PreparedMetadata prepared) {
        this.instances = instances;
        this.renditions = new Rendition(archive);
        this.metadata = new Metadata(renditions);
        this.prepared = prepared;
    }

    // ---- whole instances

    @GetMapping("/studies/{study}")
    void study(
            @PathVariable String study,
            @RequestHeader(value = HttpHeaders.ACCEPT, required = false) String accept,
            HttpServletResponse response)
            throws IOException {
        files(instances.ofStudy(study), accept, response);
    }

    @GetMapping("/studies/{study}/series/{series}")
    void series(
            @PathVariable String study,
            @PathVariable String series,
            @RequestHeader(value = HttpHeaders.ACCEPT, required = false) String accept,
            HttpServletResponse response)
            throws IOException {
        files(instances.ofSeries(study, series), accept, response);
    }

    @GetMapping(INSTANCE)
    void instance(
            @PathVariable String study,
            @PathVariable String series,
            @PathVariable String instance,
            @RequestHeader(value = HttpHeaders.ACCEPT, required = false) String accept,
            HttpServletResponse response)
            throws IOException {
        Stored stored = instances.instance(study, series, instance);
        Accepted accepted = Accepted.choose(accept, Accepted.DICOM);
        if (accepted.multipart()) {
            files(List.of(stored), accept, response);
            return;
        }
        String transferSyntax = renditions.transferSyntax(stored, accepted.transferSyntax());
        response.setContentType(Accepted.DICOM + "; transfer-syntax=" + transferSyntax);
        renditions.write(stored, transferSyntax, response.getOutputStream());
    }

    private void files(List<Stored> found, String accept, HttpServletResponse response) throws IOException {
        Accepted accepted = Accepted.choose(accept, Accepted.DICOM);
        if (!accepted.multipart()) {
            throw RequestFault.notAcceptable(
                    "Accept: several instances go as multipart/related; type=\"application/dicom\"");
        }
        // all of them before the first byte: afterwards the status cannot be changed
        List<String> syntaxes = found.stream()
                .map(s -> renditions.transferSyntax(s, accepted.transferSyntax()))
                .toList();
        for (int i = 0; i < found.size(); i++) {
            renditions.check(found.get(i), syntaxes.get(i));
        }
        MultipartWriter parts = begin(response, Accepted.DICOM);
        for (int i = 0; i < found.size(); i++) {
            parts.part(
                    Accepted.DICOM + "; transfer-syntax=" + syntaxes.get(i),
                    "/dicom-web" + found.get(i).path());
            renditions.write(found.get(i), syntaxes.get(i), response.getOutputStream());
        }
        parts.end();
    }

    // ---- metadata

    @GetMapping("/studies/{study}/metadata")
    void studyMetadata(@PathVariable String study, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        List<Stored> found = instances.ofStudy(study);
        metadata(out -> metadata.write(found, root(request), out), request, response);
    }

    @GetMapping("/studies/{study}/series/{series}/metadata")
    void seriesMetadata(
            @PathVariable String study,
            @PathVariable String series,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        metadata(prepared.ofSeries(study, series, root(request)), request, response);
    }

    @GetMapping(INSTANCE + "/metadata")
    void instanceMetadata(
            @PathVariable String study,
            @PathVariable String series,
            @PathVariable String instance,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        List<Stored> found = List.of(instances.instance(study, series, instance));
        metadata(out -> metadata.write(found, root(request), out), request, response);
    }

    private static void metadata(
            PreparedMetadata.Answer answer, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Accepted.json(request.getHeader(HttpHeaders.ACCEPT));
        response.setContentType("application/dicom+json");
        answer.writeTo(response.getOutputStream());
    }

    // ---- frames

    /** @param numbers from 1, separated by commas, in any order */
    @GetMapping(INSTANCE + "/frames/{numbers}")
    void frames(
            @PathVariable String study,
            @PathVariable String series,
            @PathVariable String instance,
            @PathVariable String numbers,
            @RequestHeader(value = HttpHeaders.ACCEPT, required = false) String accept,
            HttpServletResponse response)
            throws IOException {
        if (!numbers.matches("[1-9][0-9]{0,8}(,[1-9][0-9]{0,8}){0,9999}")) {
            throw RequestFault.malformed("frames: expected numbers from 1, separated by commas");
        }
        int[] wanted =
                Arrays.stream(numbers.split(",")).mapToInt(Integer::parseInt).toArray();
        Stored stored = instances.instance(study, series, instance);
        Accepted accepted = Accepted.choose(accept, Accepted.OCTETS);
        String transferSyntax = renditions.framesTransferSyntax(stored, accepted.transferSyntax());
        if (wanted.length > 1 && !accepted.multipart()) {
            throw RequestFault.notAcceptable(
                    "Accept: several frames go as multipart/related; type=\"application/octet-stream\"");
        }
        frames(stored, wanted, transferSyntax, accepted.multipart(), response);
    }

    private void frames(
            Stored stored, int[] wanted, String transferSyntax, boolean multipart, HttpServletResponse response)
            throws IOException {
        String type = Accepted.OCTETS + "; transfer-syntax=" + transferSyntax;
        InputStream in = renditions.open(stored);
        try {
            Rendition.Frames frames = renditions.frames(stored, transferSyntax, in);
            if (Arrays.stream(wanted).max().getAsInt() > frames.count()) {
                throw RequestFault.notFound("the instance has " + frames.count() + " frames");
            }
            byte[] frame = frame(frames, wanted[0]);
            if (!multipart) {
                response.setContentType(type);
                response.setContentLength(frame.length);
                response.getOutputStream().write(frame);
                return;
            }
            MultipartWriter parts = begin(response, type);
            for (int i = 0; i < wanted.length; i++) {
                if (i > 0) {
                    if (wanted[i] <= wanted[i - 1]) {
                        in.close();
                        in = renditions.open(stored);
                        frames = renditions.frames(stored, transferSyntax, in);
                    }
                    frame = frame(frames, wanted[i]);
                }
                parts.part(type, "/dicom-web" + stored.path() + "/frames/" + wanted[i]);
                response.getOutputStream().write(frame);
            }
            parts.end();
        } finally {
            in.close();
        }
    }

    private static byte[] frame(Rendition.Frames frames, int number) throws IOException {
        try {
            return frames.frame(number);
        } catch (DicomFormatException | UndecodableException noFrame) {
            throw RequestFault.notFound(noFrame.getMessage());
        }
    }

    // ---- bulk data, at the URIs that the metadata name

    /** @param path tags in hexadecimal and item numbers from 1, such as {@code /54000100/1/54001010} */
    @GetMapping(INSTANCE + "/bulkdata/{*path}")
    void bulkData(
            @PathVariable String study,
            @PathVariable String series,
            @PathVariable String instance,
            @PathVariable String path,
            @RequestHeader(value = HttpHeaders.ACCEPT, required = false) String accept,
            HttpServletResponse response)
            throws IOException {
        Stored stored = instances.instance(study, series, instance);
        Accepted accepted = Accepted.choose(accept, Accepted.OCTETS);
        if (!path.matches("/[0-9A-Fa-f]{8}(/[1-9][0-9]{0,8}/[0-9A-Fa-f]{8}){0,64}")) {
            throw RequestFault.malformed("bulkdata: expected tags of eight hexadecimal digits and item numbers from 1");
        }
        Element element = element(stored, path.substring(1).split("/"));
        if (element instanceof Element.Value value) {
            bulk(value.value(), Uid.ExplicitVRLittleEndian, accepted, response);
        } else if (element instanceof Element.Fragments) {
            String transferSyntax = renditions.framesTransferSyntax(stored, accepted.transferSyntax());
            int count;
            try (InputStream in = renditions.open(stored)) {
                count = renditions.frames(stored, transferSyntax, in).count();
            }
            int[] all = java.util.stream.IntStream.rangeClosed(1, count).toArray();
            frames(stored, all, transferSyntax, true, response);
        } else {
            throw RequestFault.notFound("a sequence is no bulk data; its items are in the metadata");
        }
    }

    private static void bulk(byte[] value, String transferSyntax, Accepted accepted, HttpServletResponse response)
            throws IOException {
        if (accepted.multipart()) {
            MultipartWriter parts = begin(response, Accepted.OCTETS + "; transfer-syntax=" + transferSyntax);
            parts.part(Accepted.OCTETS, null);
            response.getOutputStream().write(value);
            parts.end();
        } else {
            response.setContentType(Accepted.OCTETS);
            response.setContentLength(value.length);
            response.getOutputStream().write(value);
        }
    }

    private Element element(Stored stored, String[] path) throws IOException {
        Dataset dataset;
        try (InputStream in = renditions.open(stored)) {
            int first = Integer.parseUnsignedInt(path[0], 16);
            dataset = DatasetReader.readUntil(in, stored.transferSyntax(), VALUES, first + 1);
        }
        for (int i = 0; i + 1 < path.length; i += 2) {
            List<Dataset> items = dataset.items(Integer.parseUnsignedInt(path[i], 16));
            int item = Integer.parseInt(path[i + 1]);
            if (item > items.size()) {
                throw RequestFault.notFound("the instance has no such item");
            }
            dataset = items.get(item - 1);
        }
        return dataset.get(Integer.parseUnsignedInt(path[path.length - 1], 16))
                .orElseThrow(() -> RequestFault.notFound("the instance has no such element"));
    }

    private static MultipartWriter begin(HttpServletResponse response, String type) throws IOException {
        MultipartWriter parts = new MultipartWriter(response.getOutputStream());
        response.setContentType(parts.contentType(type));
        return parts;
    }

    /** Address of the service as the client sees it; its Host was checked. */
    static String root(HttpServletRequest request) {
        return request.getScheme() + "://" + request.getHeader(HttpHeaders.HOST) + "/dicom-web";
    }
}
