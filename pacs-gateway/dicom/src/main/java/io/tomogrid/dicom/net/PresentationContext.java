package io.tomogrid.dicom.net;

import java.util.List;

/**
 * A presentation context as it is proposed, PS3.8 section 7.1.1.13.
 *
 * @param id odd, 1 to 255
 * @param abstractSyntax SOP Class UID
 * @param transferSyntaxes in the proposer's order
 */
public record PresentationContext(int id, String abstractSyntax, List<String> transferSyntaxes) {
    public PresentationContext {
        transferSyntaxes = List.copyOf(transferSyntaxes);
    }

    /** The answer to one. @param result 0 acceptance, 1 user rejection, 3 abstract, 4 transfer syntaxes not supported */
    public record Answer(int id, int result, String transferSyntax) {
        static final int ACCEPTED = 0;
        static final int ABSTRACT_SYNTAX_NOT_SUPPORTED = 3;
        static final int TRANSFER_SYNTAXES_NOT_SUPPORTED = 4;

        public boolean accepted() {
            return result == ACCEPTED;
        }
    }
}
