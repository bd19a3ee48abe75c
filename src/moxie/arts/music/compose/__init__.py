"""Making new scores: what is usual (`manner`), what is asked (`script`), note by note (`lines`)."""
