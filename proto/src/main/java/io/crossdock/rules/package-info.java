/**
 * The rules of the contracts, applied in one place: {@link io.crossdock.rules.MessageRules} for
 * requests and events, in the hub and in connectors alike.
 *
 * <p>Counts and ranges are checked first, in linear time and without CEL, so that no expression is
 * ever evaluated over a list that is too long or a moment that no calendar has.
 */
@NullMarked
package io.crossdock.rules;

import org.jspecify.annotations.NullMarked;
