package io.tomogrid.dicom.net;

import java.util.List;

/** Protocol data units of PS3.8 section 9.3 but for P-DATA-TF, whose bytes are streamed. */
sealed interface Pdu {
    int ASSOCIATE_RQ = 1;
    int ASSOCIATE_AC = 2;
    int ASSOCIATE_RJ = 3;
    int P_DATA_TF = 4;
    int RELEASE_RQ = 5;
    int RELEASE_RP = 6;
    int ABORT = 7;

    /** @param maxPduLength greatest P-DATA-TF that the requestor takes, 0 for no limit */
    record AssociateRq(
            String calledAe,
            String callingAe,
            List<PresentationContext> contexts,
            long maxPduLength,
            List<RoleSelection> roles,
            List<ExtendedNegotiation> extended)
            implements Pdu {
        public AssociateRq {
            contexts = List.copyOf(contexts);
            roles = List.copyOf(roles);
            extended = List.copyOf(extended);
        }

        AssociateRq(
                String calledAe,
                String callingAe,
                List<PresentationContext> contexts,
                long maxPduLength,
                List<RoleSelection> roles) {
            this(calledAe, callingAe, contexts, maxPduLength, roles, List.of());
        }
    }

    record AssociateAc(
            String calledAe,
            String callingAe,
            List<PresentationContext.Answer> answers,
            long maxPduLength,
            List<RoleSelection> roles,
            List<ExtendedNegotiation> extended)
            implements Pdu {
        public AssociateAc {
            answers = List.copyOf(answers);
            roles = List.copyOf(roles);
            extended = List.copyOf(extended);
        }

        AssociateAc(
                String calledAe,
                String callingAe,
                List<PresentationContext.Answer> answers,
                long maxPduLength,
                List<RoleSelection> roles) {
            this(calledAe, callingAe, answers, maxPduLength, roles, List.of());
        }
    }

    record AssociateRj(int result, int source, int reason) implements Pdu {}

    /** @param length bytes of presentation data values that follow */
    record PData(int length) implements Pdu {}

    record ReleaseRq() implements Pdu {}

    record ReleaseRp() implements Pdu {}

    record Abort(int source, int reason) implements Pdu {}
}
