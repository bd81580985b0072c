@NullMarked
package io.crossdock.ledger.event;

import org.jspecify.annotations.NullMarked;
