/** Checks requests against the rules of their contract. */
@NullMarked
package io.crossdock.gateway.validation;

import org.jspecify.annotations.NullMarked;
