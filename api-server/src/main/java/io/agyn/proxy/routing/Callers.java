package io.agyn.proxy.routing;

import static java.util.Objects.requireNonNull;

import io.agyn.access.Identity;
import io.agyn.changes.ChangeListener;
import io.agyn.changes.RowChange;
import io.agyn.logging.Exceptions;
import io.agyn.tokens.ApiTokens;
import io.agyn.tokens.Plaintext;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Who calls, by their API token: looked up once, then known from memory until a change of the token, its user or the user's
 * memberships. While the database is away, whoever is known stays known.
 */
@Singleton
public class Callers implements ChangeListener {
    private static final Logger LOG = Logger.getLogger(Callers.class);

    private final ApiTokens tokens;
    private final LookupExecutor lookUps;
    private final LookupCache<TokenHash, Answer> answers;

    Callers(ApiTokens tokens, LookupExecutor lookUps) {
        this.tokens = requireNonNull(tokens, "tokens is null");
        this.lookUps = requireNonNull(lookUps, "lookUps is null");
        this.answers = new LookupCache<>(lookUps, this::lookUp, answer -> answer.identity.isPresent());
    }

    /**
     * Looks a caller up.
     *
     * @param token what the caller sent
     * @return the identity; nothing where the token is mistyped, unknown, expired or revoked, or its user is suspended;
     *     a failure where the database must be asked and does not answer
     */
    public CompletableFuture<Optional<Identity>> identify(String token) {
        TokenHash hash = new TokenHash(Plaintext.hash(token));
        Optional<Answer> known = answers.known(hash);
        if (known.isPresent()) {
            return CompletableFuture.completedFuture(use(known.get()));
        }
        return Plaintext.parse(token).isPresent()
                ? answers.get(hash).thenApply(this::use)
                : CompletableFuture.completedFuture(Optional.empty());
    }

    /**
     * Who had a token that has expired, from memory: to be asked when {@link #identify} has found nothing.
     *
     * @return the identity, with the time of its expiry; nothing for other tokens
     */
    public Optional<Identity> expired(String token) {
        Instant now = Instant.now();
        return answers.known(new TokenHash(Plaintext.hash(token)))
                .flatMap(answer -> answer.identity)
                .filter(identity -> !identity.isValidAt(now));
    }

    /** How many answers are known from memory, about. */
    public long known() {
        return answers.size();
    }

    /** How often the database was asked since the server started. */
    public long lookUps() {
        return answers.questions();
    }

    @Override
    public void onChanges(List<RowChange> changes) {
        for (RowChange change : changes) {
            switch (change.table()) {
                case "api_token" -> answers.forgetIf((hash, answer) -> answer.isOf(Identity::tokenId, change.rowId()));
                // Whoever was refused may be of a user who is active again.
                case "app_user" ->
                    answers.forgetIf((hash, answer) ->
                            answer.identity.isEmpty() || answer.isOf(Identity::userId, change.rowId()));
                // Identified by its user. Who joins an organization loses nothing.
                case "membership" -> {
                    BiPredicate<TokenHash, Answer> ofUser =
                            (hash, answer) -> answer.isOf(Identity::userId, change.rowId());
                    if (change.operation() == RowChange.Operation.INSERT) {
                        answers.outdateIf(ofUser);
                    } else {
                        answers.forgetIf(ofUser);
                    }
                }
                default -> {
                    // Not about callers.
                }
            }
        }
    }

    @Override
    public void onGap() {
        answers.forgetAll();
    }

    @Override
    public void onSilence() {
        answers.outdateIf((hash, answer) -> true);
    }

    private Answer lookUp(TokenHash hash) {
        return new Answer(tokens.lookUp(hash.bytes()));
    }

    private Optional<Identity> use(Answer answer) {
        Instant now = Instant.now();
        Optional<Identity> identity = answer.identity.filter(known -> known.isValidAt(now));
        if (identity.isPresent() && answer.isToBeNotedAt(now)) {
            lookUps.run(() -> noteUse(identity.get(), now), Callers::notNoted);
        }
        return identity;
    }

    private void noteUse(Identity identity, Instant time) {
        try {
            tokens.noteUse(identity.tokenId(), time);
        } catch (RuntimeException e) {
            notNoted(e);
        }
    }

    private static void notNoted(RuntimeException reason) {
        // With a later call it is.
        LOG.debug("The use of an API token is not noted", Exceptions.withoutMessages(reason));
    }

    /** What the database said of a token, and when the token's use is to be noted there again. */
    private static final class Answer {
        private final Optional<Identity> identity;
        private final AtomicLong noteFrom = new AtomicLong(nextNote(Instant.now()));

        private Answer(Optional<Identity> identity) {
            this.identity = identity;
        }

        private boolean isOf(Function<Identity, UUID> id, UUID wanted) {
            return identity.map(id).filter(wanted::equals).isPresent();
        }

        private boolean isToBeNotedAt(Instant time) {
            long from = noteFrom.get();
            long since = time.toEpochMilli() - from;
            // The second where the clock was set back.
            boolean isDue = since >= 0 || since < -ApiTokens.LAST_USED_PRECISION.toMillis();
            return isDue && noteFrom.compareAndSet(from, nextNote(time));
        }

        private static long nextNote(Instant time) {
            return time.plus(ApiTokens.LAST_USED_PRECISION).toEpochMilli();
        }
    }
}
