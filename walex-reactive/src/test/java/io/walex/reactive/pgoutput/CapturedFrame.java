package io.walex.reactive.pgoutput;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** A message as a server sent it; a fixture is a sequence of them: LSN, length, bytes. */
record CapturedFrame(Lsn lsn, byte[] message) {

    /** Reads the fixture {@code pgoutput/<name>.bin}. */
    static List<CapturedFrame> fixture(String name) {
        try (InputStream resource = CapturedFrame.class.getResourceAsStream("/pgoutput/" + name + ".bin");
                DataInputStream in = new DataInputStream(resource)) {
            List<CapturedFrame> frames = new ArrayList<>();
            while (in.available() > 0) {
                Lsn lsn = Lsn.of(in.readLong());
                frames.add(new CapturedFrame(lsn, in.readNBytes(in.readInt())));
            }
            return frames;
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read fixture " + name, e);
        }
    }

    void writeTo(DataOutputStream out) throws IOException {
        out.writeLong(lsn.value());
        out.writeInt(message.length);
        out.write(message);
    }

    char type() {
        return (char) message[0];
    }
}
