package io.tomogrid.gateway.dicomweb;

import io.tomogrid.gateway.RequestFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/*
 * Accept headers of DICOMweb come in forms that RFC 7231 does not know: type=application/dicom without quotes, or
 * type="application/dicom; transfer-syntax=*" with the parameter inside the quotes. All of them are understood.
 */
/**
 * One media range of an Accept header, PS3.18 section 8.7.
 *
 * @param type such as {@code application/dicom}; of the parts, where these are asked for as multipart/related
 * @param multipart whether the answer is to be multipart/related
 * @param transferSyntax UID, {@code *} for any, or empty where the request says nothing
 */
record Accepted(String type, boolean multipart, String transferSyntax) {
    static final String DICOM = "application/dicom";
    static final String OCTETS = "application/octet-stream";

    /** In the order of the header; a range of weight 0 is left out. No header accepts everything. */
    static List<Accepted> parse(String header) {
        List<Accepted> ranges = new ArrayList<>();
        for (String range : Content.split(header == null || header.isBlank() ? "*/*" : header, ',')) {
            Content content = Content.parse(range);
            Map<String, String> parameters = content.parameters();
            if (parameters.getOrDefault("q", "1").matches("0(\\.0*)?")) {
                continue;
            }
            String type = content.type();
            boolean multipart = type.equals("multipart/related");
            if (multipart) {
                type = parameters.getOrDefault("type", "*/*").toLowerCase(Locale.ROOT);
            }
            ranges.add(new Accepted(
                    type, multipart || type.equals("*/*"), parameters.getOrDefault("transfer-syntax", "")));
        }
        return ranges;
    }

    /** The first range that a type serves. @throws RequestFault with status 406 naming what there is */
    static Accepted choose(String header, String type) {
        return parse(header).stream()
                .filter(r -> r.serves(type))
                .findFirst()
                .orElseThrow(() -> RequestFault.notAcceptable("Accept: expected multipart/related; type=\"" + type
                        + "\" or " + type + ", which is what this resource has"));
    }

    /** Metadata and search results. @throws RequestFault with status 406 */
    static void json(String header) {
        boolean json = parse(header).stream()
                .anyMatch(r -> !r.multipart && r.type.matches("application/(dicom\\+)?json|application/\\*")
                        || r.type.equals("*/*"));
        if (!json) {
            throw RequestFault.notAcceptable(
                    "Accept: expected application/dicom+json, which is what this resource has");
        }
    }

    private boolean serves(String offered) {
        return type.equals(offered) || type.equals("*/*") || type.equals("application/*");
    }
}
