package io.tomogrid.dicom.net;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Sub-operations of a C-GET: C-STORE requests to the requestor, whose responses its C-CANCEL may come between. */
final class OnSameAssociation implements SubOperationSender {
    private final Channel channel;
    private final int getMessageId;
    private boolean cancelled;

    OnSameAssociation(Channel channel, int getMessageId) {
        this.channel = channel;
        this.getMessageId = getMessageId;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public Optional<String> syntaxFor(Retrievable instance) {
        return instance.syntaxFor(
                syntax -> channel.providedByPeer(instance.sopClassUid(), syntax).isPresent());
    }

    @Override
    public DimseStatus send(Retrievable instance, String transferSyntax, InputStream data) throws IOException {
        Channel.Context context =
                channel.providedByPeer(instance.sopClassUid(), transferSyntax).orElseThrow();
        int id = channel.nextMessageId();
        channel.send(context, CommandSet.storeRequest(id, instance.sopClassUid(), instance.sopInstanceUid()), data);
        while (true) {
            Channel.Message message = channel.next();
            if (message.responds(CommandSet.C_STORE_RQ, id)) {
                return CommandSet.status(message.command());
            }
            cancelled |= Channel.isCancel(message, getMessageId);
        }
    }

    @Override
    public boolean cancelled() throws IOException {
        cancelled = cancelled || channel.cancelled(getMessageId);
        return cancelled;
    }

    @Override
    public void close() {
        // the association is the requestor's
    }
}
