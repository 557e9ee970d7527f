package io.tomogrid.gateway.dicomweb;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.json.BulkDataUris;
import io.tomogrid.dicom.json.DicomJsonWriter;
import io.tomogrid.dicom.net.RequestRefused;
import io.tomogrid.gateway.RequestFault;
import io.tomogrid.gateway.dicomweb.SearchIndex.Candidate;
import io.tomogrid.gateway.query.StudyFinder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** QIDO-RS, PS3.18 section 10.6. */
@RestController
@RequestMapping("/dicom-web")
class SearchController {
    private static final int LARGEST_VALUE = 1024;
    /** PS3.18 section 8.3.4.2. */
    private static final String NOT_FUZZY =
            "299 tomogrid \"The fuzzymatching parameter is not supported. Only literal matching has been performed.\"";

    private final SearchIndex index;
    private final StudyFinder studies;

    SearchController(SearchIndex index, StudyFinder studies) {
        this.index = index;
        this.studies = studies;
    }

    @GetMapping("/studies")
    void studies(HttpServletRequest request, HttpServletResponse response) throws IOException {
        search(SearchLevel.STUDY, null, null, request, response);
    }

    @GetMapping("/series")
    void series(HttpServletRequest request, HttpServletResponse response) throws IOException {
        search(SearchLevel.SERIES, null, null, request, response);
    }

    @GetMapping("/instances")
    void instances(HttpServletRequest request, HttpServletResponse response) throws IOException {
        search(SearchLevel.INSTANCE, null, null, request, response);
    }

    @GetMapping("/studies/{study}/series")
    void series(@PathVariable String study, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        search(SearchLevel.SERIES, study, null, request, response);
    }

    @GetMapping("/studies/{study}/instances")
    void instances(@PathVariable String study, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        search(SearchLevel.INSTANCE, study, null, request, response);
    }

    @GetMapping("/studies/{study}/series/{series}/instances")
    void instances(
            @PathVariable String study,
            @PathVariable String series,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        search(SearchLevel.INSTANCE, study, series, request, response);
    }

    private void search(
            SearchLevel level, String study, String series, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Accepted.json(request.getHeader(HttpHeaders.ACCEPT));
        SearchRequest search = SearchRequest.parse(request.getParameterMap());
        List<Dataset> found = new ArrayList<>();
        int passed = 0;
        for (Candidate candidate :
                index.candidates(level, level == SearchLevel.STUDY ? matching(search) : study, series)) {
            if (found.size() == search.limit()) {
                break;
            }
            Dataset attributes = index.attributes(level, candidate);
            if (search.matching().stream().allMatch(m -> m.matches(attributes)) && passed++ >= search.offset()) {
                found.add(answer(level, search, attributes, candidate, RetrieveController.root(request)));
            }
        }
        if (search.fuzzy()) {
            response.setHeader(HttpHeaders.WARNING, NOT_FUZZY);
        }
        response.setContentType("application/dicom+json");
        try (DicomJsonWriter json = DicomJsonWriter.array(response.getOutputStream(), BulkDataUris.INLINE)) {
            for (Dataset dataset : found) {
                json.add(dataset);
            }
        }
    }

    /** UIDs of the studies that may match, by what the index holds; null for all. */
    private String matching(SearchRequest search) {
        if (search.matching().isEmpty()) {
            return null;
        }
        Dataset keys = new Dataset().put(Tag.SpecificCharacterSet, "ISO_IR 192");
        search.matching().forEach(m -> m.addTo(keys));
        try {
            return String.join(",", studies.find(keys));
        } catch (RequestRefused refused) {
            throw RequestFault.malformed(refused.getMessage());
        }
    }

    /** What is always answered, what was asked for, and what was matched. */
    private static Dataset answer(
            SearchLevel level, SearchRequest search, Dataset attributes, Candidate candidate, String root) {
        Set<Integer> tags = new LinkedHashSet<>(level.always());
        tags.add(Tag.SpecificCharacterSet);
        tags.addAll(search.include());
        search.matching().forEach(m -> tags.add(m.tag()));
        Dataset answer = new Dataset();
        if (search.includeAll()) {
            attributes.forEach(e -> tags.add(e.tag()));
        }
        for (int tag : tags) {
            attributes.get(tag).filter(SearchController::small).ifPresent(answer::put);
        }
        level.always().stream().filter(t -> !answer.contains(t)).forEach(answer::putEmpty);
        String study = root + "/studies/" + candidate.studyUid();
        String series = study + "/series/" + candidate.seriesUid();
        answer.put(Tag.InstanceAvailability, "ONLINE");
        return answer.put(
                Tag.RetrieveURL,
                switch (level) {
                    case STUDY -> study;
                    case SERIES -> series;
                    case INSTANCE -> series + "/instances/" + candidate.sopInstanceUid();
                });
    }

    private static boolean small(io.tomogrid.dicom.Element element) {
        return !(element instanceof io.tomogrid.dicom.Element.Value value) || value.value().length <= LARGEST_VALUE;
    }
}
