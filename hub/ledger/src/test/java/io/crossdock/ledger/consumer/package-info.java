@NullMarked
package io.crossdock.ledger.consumer;

import org.jspecify.annotations.NullMarked;
