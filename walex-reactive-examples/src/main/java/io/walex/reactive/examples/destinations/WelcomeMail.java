package io.walex.reactive.examples.destinations;

import static io.walex.reactive.event.EventFilters.isNull;

import io.walex.reactive.event.Event;
import io.walex.reactive.event.Row;
import io.walex.reactive.handler.EventFunction;
import io.walex.reactive.handler.FailurePolicy;
import io.walex.reactive.handler.HandlerModule;
import io.walex.reactive.handler.HandlerRegistry;
import io.walex.reactive.handler.HandlerSpec;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Sends new users a welcome. Jakarta Mail blocks, which functions may. An address that no server takes is logged and left
 * behind, so that it does not hold up all others; whatever else fails is tried again for as long as it takes, and waits in
 * the slot.
 */
public final class WelcomeMail implements HandlerModule {

    private static final Logger LOG = LoggerFactory.getLogger(WelcomeMail.class);

    private final Session session;

    public WelcomeMail(String host, int port) {
        Properties smtp = new Properties();
        smtp.put("mail.smtp.host", host);
        smtp.put("mail.smtp.port", String.valueOf(port));
        smtp.put("mail.smtp.connectiontimeout", "10000");
        smtp.put("mail.smtp.timeout", "10000");
        session = Session.getInstance(smtp);
    }

    @Override
    public void register(HandlerRegistry<?> on) {
        EventFunction welcome = EventFunction.of("send_welcome_email", this::welcome)
                .concurrency(4)
                .retry(Retry.backoff(Long.MAX_VALUE, Duration.ofMillis(200))
                        .maxBackoff(Duration.ofMinutes(1))
                        .filter(failure -> !isRefused(failure))
                        .doBeforeRetry(retry ->
                                LOG.warn("A mail waits: {}", retry.failure().toString())))
                .whenFailing(FailurePolicy.deadLetter(failed -> Mono.fromRunnable(() -> LOG.error("{}", failed))));
        on.onInsert(
                "user", HandlerSpec.create().filter(isNull("email").negate()).functions(welcome));
    }

    private Mono<Void> welcome(Event user) {
        return Mono.fromCallable(() -> {
            Transport.send(message(
                    Objects.requireNonNull(user.newRecord()), user.position().toString()));
            return null;
        });
    }

    private static boolean isRefused(Throwable failure) {
        return failure instanceof AddressException
                || failure instanceof SendFailedException refused
                        && refused.getInvalidAddresses() != null
                        && refused.getInvalidAddresses().length > 0;
    }

    private Message message(Row user, String id) throws MessagingException {
        MimeMessage message = new MimeMessage(session);
        message.setFrom(new InternetAddress("hello@example.com"));
        message.setRecipients(Message.RecipientType.TO, user.getText("email"));
        message.setSubject("Welcome, " + user.getText("name"));
        message.setText("It is good to have you here.");
        message.setHeader("X-Event", id);
        return message;
    }

    /** Arguments: PostgreSQL's URL, the SMTP server's host and port. */
    public static void main(String[] arguments) {
        Destination.run(arguments[0], "mail", new WelcomeMail(arguments[1], Integer.parseInt(arguments[2])))
                .block();
    }
}
