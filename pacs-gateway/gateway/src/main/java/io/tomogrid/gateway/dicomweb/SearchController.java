package io.tomogrid.gateway.dicomweb;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.json.BulkDataUris;
import io.tomogrid.dicom.json.DicomJsonWriter;
import io.tomogrid.dicom.net.RequestRefused;
import io.tomogrid.gateway.RequestFault;
import io.tomogrid.gateway.query.IndexSearch;
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

    private static final String UTF_8 = "ISO_IR 192";

    /** So many are read for one search at most. */
    private static final int MOST_HEADERS = 5000;

    private static final String MORE = "299 tomogrid \"Only the first " + MOST_HEADERS
            + " candidates were looked at, because the index does not hold an attribute that is matched. There may be more.\"";

    private final IndexSearch index;
    private final Headers headers;

    SearchController(IndexSearch index, Headers headers) {
        this.index = index;
        this.headers = headers;
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
        Found found = find(level, search, keys(level, search, study, series));
        if (search.fuzzy()) {
            response.addHeader(HttpHeaders.WARNING, NOT_FUZZY);
        }
        if (found.more) {
            response.addHeader(HttpHeaders.WARNING, MORE);
        }
        response.setContentType("application/dicom+json");
        try (DicomJsonWriter json = DicomJsonWriter.array(response.getOutputStream(), BulkDataUris.INLINE)) {
            for (Dataset attributes : found.matches) {
                json.add(answer(level, search, attributes, RetrieveController.root(request)));
            }
        }
    }

    /** @param more whether there may be others that were not looked at */
    private record Found(List<Dataset> matches, boolean more) {}

    /*
     * What the index holds of all that is matched and asked for needs no header. A match by anything else does: of those
     * that the rest of the request leaves, a bounded number is read.
     */
    private Found find(SearchLevel level, SearchRequest search, Dataset keys) throws IOException {
        boolean matched = search.matching().stream().allMatch(m -> indexed(level, m));
        boolean answered = !search.includeAll()
                && asked(level, search).stream()
                        .allMatch(tag -> level.indexed().holds(tag) || isOfALevelBelow(level, tag));
        if (matched) {
            List<Dataset> rows = rows(level, keys, search.limit(), search.offset());
            return new Found(answered ? rows : withHeaders(level, rows), false);
        }
        List<Dataset> rows = rows(level, keys, MOST_HEADERS + 1, 0);
        List<Dataset> found = new ArrayList<>();
        int passed = 0;
        for (Dataset row : rows.subList(0, Math.min(rows.size(), MOST_HEADERS))) {
            if (found.size() == search.limit()) {
                return new Found(found, false);
            }
            Dataset attributes = headers.of(level, row).orElseGet(Dataset::new);
            if (search.matching().stream().allMatch(m -> m.matches(attributes)) && passed++ >= search.offset()) {
                found.add(attributes);
            }
        }
        return new Found(found, rows.size() > MOST_HEADERS);
    }

    private List<Dataset> rows(SearchLevel level, Dataset keys, int limit, int offset) {
        try {
            return index.find(level.indexed(), keys, limit, offset);
        } catch (RequestRefused refused) {
            throw RequestFault.malformed(refused.getMessage());
        }
    }

    private List<Dataset> withHeaders(SearchLevel level, List<Dataset> rows) throws IOException {
        List<Dataset> attributes = new ArrayList<>();
        for (Dataset row : rows) {
            headers.of(level, row).ifPresent(attributes::add);
        }
        return attributes;
    }

    /** An image's or a series' attribute says nothing of a study: a list of studies that asks for it reads no header for it. */
    private static boolean isOfALevelBelow(SearchLevel level, int tag) {
        return !level.indexed().holds(tag) && IndexSearch.Level.INSTANCE.holds(tag);
    }

    private static boolean indexed(SearchLevel level, Matching matching) {
        return matching.isText() && level.indexed().holds(matching.tag());
    }

    /** What is to be returned by the index, and matched by it. */
    private static Dataset keys(SearchLevel level, SearchRequest search, String study, String series) {
        Dataset keys = new Dataset().put(Tag.SpecificCharacterSet, UTF_8);
        asked(level, search).forEach(keys::putEmpty);
        search.matching().stream().filter(m -> indexed(level, m)).forEach(m -> m.addTo(keys));
        if (study != null) {
            keys.put(Tag.StudyInstanceUID, study);
        }
        return series == null ? keys : keys.put(Tag.SeriesInstanceUID, series);
    }

    /** What is always answered, what was asked for, and what was matched. */
    private static Set<Integer> asked(SearchLevel level, SearchRequest search) {
        Set<Integer> tags = new LinkedHashSet<>(level.always());
        tags.addAll(search.include());
        search.matching().forEach(m -> tags.add(m.tag()));
        return tags;
    }

    private static Dataset answer(SearchLevel level, SearchRequest search, Dataset attributes, String root) {
        Set<Integer> tags = asked(level, search);
        tags.add(Tag.SpecificCharacterSet);
        Dataset answer = new Dataset();
        if (search.includeAll()) {
            attributes.forEach(e -> tags.add(e.tag()));
        }
        for (int tag : tags) {
            attributes.get(tag).filter(SearchController::small).ifPresent(answer::put);
        }
        level.always().stream().filter(t -> !answer.contains(t)).forEach(answer::putEmpty);
        String study = root + "/studies/" + answer.string(Tag.StudyInstanceUID).orElseThrow();
        String series =
                study + "/series/" + answer.string(Tag.SeriesInstanceUID).orElse("");
        answer.put(Tag.InstanceAvailability, "ONLINE");
        return answer.put(
                Tag.RetrieveURL,
                switch (level) {
                    case STUDY -> study;
                    case SERIES -> series;
                    case INSTANCE ->
                        series + "/instances/"
                                + answer.string(Tag.SOPInstanceUID).orElseThrow();
                });
    }

    private static boolean small(io.tomogrid.dicom.Element element) {
        return !(element instanceof io.tomogrid.dicom.Element.Value value) || value.value().length <= LARGEST_VALUE;
    }
}
