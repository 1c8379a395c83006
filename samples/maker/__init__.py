"""What samples/make is made of: ink, paper, identity documents, cameras, signatures on PDF, mails."""
