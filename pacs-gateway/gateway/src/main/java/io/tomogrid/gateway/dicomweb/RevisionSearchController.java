package io.tomogrid.gateway.dicomweb;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Dictionary;
import io.tomogrid.dicom.Tag;
import io.tomogrid.dicom.VR;
import io.tomogrid.dicom.net.RequestRefused;
import io.tomogrid.gateway.RequestFault;
import io.tomogrid.gateway.contract.Documents;
import io.tomogrid.gateway.query.IndexSearch;
import io.tomogrid.gateway.study.Studies;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Which revisions of which studies a search finds, for who processes them again. It takes the parameters of QIDO-RS, but
 * finds all that match or nothing: an attribute that the index does not hold is refused. Who asks keeps the search and
 * shows it, so that it names no person, and the answer says nothing of one.
 */
@RestController
class RevisionSearchController {
    private static final SearchLevel LEVEL = SearchLevel.STUDY;
    private static final int PATIENT_GROUP = 0x0010;

    private final IndexSearch index;
    private final Studies studies;

    RevisionSearchController(IndexSearch index, Studies studies) {
        this.index = index;
        this.studies = studies;
    }

    @GetMapping(value = "/api/revisions", produces = "application/json")
    String revisions(HttpServletRequest request) {
        SearchRequest search = SearchRequest.parse(request.getParameterMap());
        Dataset keys = new Dataset().putEmpty(Tag.StudyInstanceUID);
        for (Matching matching : search.matching()) {
            requireMatched(matching);
            matching.addTo(keys);
        }
        long total;
        List<String> found;
        try {
            total = index.count(LEVEL.indexed(), keys);
            found = index.find(LEVEL.indexed(), keys, search.limit(), search.offset()).stream()
                    .map(study -> study.string(Tag.StudyInstanceUID).orElseThrow())
                    .toList();
        } catch (RequestRefused refused) {
            throw RequestFault.malformed(refused.getMessage());
        }
        Map<String, Integer> revisions = studies.revisions(found);
        var answer = new LinkedHashMap<String, Object>();
        answer.put("total", total);
        answer.put(
                "studies",
                found.stream()
                        .map(uid -> Map.of("study-uid", uid, "revision", revisions.getOrDefault(uid, 0)))
                        .toList());
        return Documents.json(answer);
    }

    private static void requireMatched(Matching matching) {
        int tag = matching.tag();
        if (!matching.isText() || !LEVEL.indexed().matches(tag)) {
            throw RequestFault.malformed("search: studies are not matched by " + Dictionary.describe(tag)
                    + " here; say which by StudyDate, ModalitiesInStudy, StudyDescription, StudyInstanceUID or another"
                    + " attribute of the study that is indexed");
        }
        if (tag >>> 16 == PATIENT_GROUP || Dictionary.vr(tag) == VR.PN) {
            throw RequestFault.malformed("search: " + Dictionary.describe(tag)
                    + " says who somebody is, and this search is kept and shown; name the studies by StudyInstanceUID");
        }
    }
}
