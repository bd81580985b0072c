/**
 * Dead letters: events that a consumer could not take, with whatever follows of the same key, and
 * what operators do about them (elsewhere called an error hospital). Other keys are not held up.
 */
@NullMarked
package io.crossdock.ledger.deadletter;

import org.jspecify.annotations.NullMarked;
