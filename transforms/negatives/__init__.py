"""Wrong steps made on purpose: candidates here, their labels from whoever can judge them."""
